import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Release } from '../../src/releases/release.entity.js';
import { rawForm } from '../support/clients/multipart.js';
import type { TestGateway } from '../support/gateway.js';
import { inventory, startPublishing, UPLOAD } from '../support/releases.js';

let gateway: TestGateway;
let publisher: string;
beforeAll(async () => {
  ({ gateway, publisher } = await startPublishing());
});
afterAll(() => gateway.close());

const QUERY = 'mutation($input: UploadReleaseInput!) { uploadRelease(input: $input) { release { id } } }';

/** The fields that precede a file, by the path of the API. */
const fields: Record<'/graphql' | typeof UPLOAD, (version: string) => [header: string, content: string][]> = {
  [UPLOAD]: (version: string) => [['name="version"', version]],
  '/graphql': (version: string) => [
    ['name="operations"', JSON.stringify({ query: QUERY, variables: { input: { version, file: null } } })],
    ['name="map"', '{"file":["variables.input.file"]}'],
  ],
};

let version = 0;

/** Uploads a new version. @param fileName as `rawForm` takes it. */
function upload(url: keyof typeof fields, fileName: string, charset = '') {
  version += 1;
  const { payload, headers } = rawForm(...fields[url](String(version)), [
    `name="file"; ${fileName}`,
    'a package',
  ]);
  return gateway.app.inject({
    method: 'POST',
    url,
    payload,
    headers: {
      'content-type': `${headers['content-type']}${charset}`,
      'apollo-require-preflight': 'true',
      authorization: publisher,
    },
  });
}

describe.each([UPLOAD, '/graphql'] as const)('an upload to %s', (url) => {
  test.each([
    ['UTF-8', Buffer.from('filename="升级.zip"').toString('latin1'), ''],
    ['the charset of the form', 'filename="\xC9\xFD\xBC\xB6.zip"', '; charset=GBK'],
    ['the charset of its parameter', "filename*=gbk''%C9%FD%BC%B6.zip", ''],
  ])('keeps a file name in %s', async (_charset, fileName, charset) => {
    const { body } = await upload(url, fileName, charset);
    expect(body).toMatch(/"status":200|"release":/);
    const release = await gateway.services.db.em.fork().findOneOrFail(Release, { version: String(version) });
    expect(release).toMatchObject({ fileName: '升级.zip', packageName: `升级-${version}.zip` });
  });

  test.each([
    ['in another charset', 'filename="\xC9\xFD\xBC\xB6.zip"'],
    ['with escapes in another charset', "filename*=UTF-8''%C9%FD.zip"],
  ])('refuses a file name %s, and leaves nothing behind', async (_kind, fileName) => {
    const before = await inventory(gateway);
    const { body } = await upload(url, fileName);
    expect(body).toMatch(/"字符编码不正确：Content-Disposition"|"Content-Disposition must be valid text/);
    expect(await inventory(gateway)).toEqual(before);
  });
});
