import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rawForm } from '../support/clients/multipart.js';
import type { TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';
import { inventory, startPublishing, UPLOAD } from '../support/releases.js';

let gateway: TestGateway;
let publisher: string;
beforeAll(async () => {
  ({ gateway, publisher } = await startPublishing());
  await gateway.createUser({ username: 'ada', phone: '13800000001', password: PASSWORD });
});
afterAll(() => gateway.close());

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const credentials = JSON.stringify({ account: 'ada', passwd: PASSWORD });

function post(url: string, headers: Record<string, string>, payload: string | Buffer) {
  return gateway.app.inject({ method: 'POST', url, payload, headers });
}

/** Logs in. @returns the message of the response. */
async function login(headers: Record<string, string>, payload: string | Buffer): Promise<string> {
  return (await post('/api/background_login', headers, payload)).json().message;
}

describe('a compressed body', () => {
  const compressed = (encoding: string, type = JSON_TYPE) => ({
    'content-type': type,
    'content-encoding': encoding,
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('in %s is read', async (encoding, compress) => {
    expect(await login(compressed(encoding), compress(credentials))).toBe('success');
    const form = `account=ada&passwd=${encodeURIComponent(PASSWORD)}`;
    expect(await login(compressed(encoding, FORM), compress(form))).toBe('success');
    const { payload, headers } = rawForm(['name="account"', 'ada'], ['name="passwd"', PASSWORD]);
    expect(await login(compressed(encoding, headers['content-type']), compress(payload))).toBe('success');
  });

  test('is refused when it is not compressed, or becomes too large', async () => {
    expect(await login(compressed('gzip'), credentials)).toBe('请求体解压失败：gzip');
    const bomb = gzipSync(`{"account":"${'x'.repeat(5 * 1024 * 1024)}"}`);
    expect(await login(compressed('gzip'), bomb)).toBe('请求参数错误');
    const large = await post('/login/account', compressed('gzip'), bomb);
    expect(large.json().code).toBe(413);
  });

  test.each([
    ['/api/background_login', '"message":"不支持的Content-Encoding：compress"'],
    ['/login/account', '"msg":"不支持的Content-Encoding：compress"'],
    ['/sys/login-phone', '"msg":"不支持的Content-Encoding：compress"'],
    ['/api/user/sendCode', '"msg":"不支持的Content-Encoding：compress"'],
    ['/api/user/login', '"code":200002'],
  ])('in an unknown encoding is refused at %s', async (url, failure) => {
    expect((await post(url, compressed('compress'), credentials)).body).toContain(failure);
  });

  test.each([UPLOAD, '/graphql'])('is refused as an upload to %s', async (url) => {
    const { payload, headers } = rawForm(['name="version"', '1'], ['name="file"; filename="a.zip"', 'a']);
    const before = await inventory(gateway);
    const response = await post(
      url,
      {
        ...compressed('gzip', headers['content-type']),
        authorization: publisher,
        'apollo-require-preflight': 'true',
      },
      gzipSync(payload),
    );
    expect(response.body).toMatch(
      /"不支持的Content-Encoding：gzip"|"The Content-Encoding gzip is not supported here\."/,
    );
    expect(await inventory(gateway)).toEqual(before);
  });
});

describe('JSON that is declared as a form is read', () => {
  test.each([credentials, ` \n${credentials}`, `\uFEFF${credentials}`])('%j', async (body) => {
    expect(await login({ 'content-type': FORM }, body)).toBe('success');
    expect(await login({ 'content-type': `${FORM}; charset=UTF-8` }, body)).toBe('success');
  });

  test('with characters that separate the fields of a form', async () => {
    await gateway.createUser({ username: 'bob', password: 'a&b=c+d%20' });
    const body = JSON.stringify({ account: 'bob', passwd: 'a&b=c+d%20' });
    expect(await login({ 'content-type': FORM }, body)).toBe('success');
  });

  test('and refused when it is malformed', async () => {
    expect(await login({ 'content-type': FORM }, credentials.slice(0, -1))).toBe('请求参数错误');
  });
});

describe('a part of a form that is JSON', () => {
  const AS_JSON = '\r\nContent-Type: application/json';

  test.each([
    ['text', '"ada"', JSON.stringify(PASSWORD)],
    ['text without quotes', 'ada', PASSWORD],
  ])('is read as %s', async (_form, account, passwd) => {
    const { payload, headers } = rawForm(
      [`name="account"${AS_JSON}`, account],
      [`name="passwd"${AS_JSON}`, passwd],
    );
    expect(await login(headers, payload)).toBe('success');
  });

  test('is read as a number, and from a Blob of a browser', async () => {
    const { payload, headers } = rawForm(
      [`name="phone"; filename="blob"${AS_JSON}`, '13800000001'],
      [`name="password"; filename="blob"${AS_JSON}`, JSON.stringify(PASSWORD)],
    );
    expect((await post('/api/user/login', headers, payload)).json().code).toBe(0);
  });

  test('is refused when its escapes are half a character', async () => {
    const { payload, headers } = rawForm(
      [`name="account"${AS_JSON}`, '"\\ud800"'],
      ['name="passwd"', PASSWORD],
    );
    expect(await login(headers, payload)).toBe('字符编码不正确：account');
  });

  test.each([
    ['"2001"', ''],
    ['2002', ''],
    ['"2003"', '; filename="blob"'],
    ['"2004"', '; filename="blob"; filename*=UTF-8\'\'blob'],
  ])('names the version %s of an upload%s', async (version, fileName) => {
    const { payload, headers } = rawForm(
      [`name="version"${fileName}${AS_JSON}`, version],
      [`name="file"; filename="app.json"${AS_JSON}`, '{}'],
    );
    const response = await post(UPLOAD, { ...headers, authorization: publisher }, payload);
    expect(response.json().data).toEqual({ path: `/dist/app-${version.replaceAll('"', '')}.json` });
  });

  test.each(['{}', '[1]', 'null', '1.5', '"a b"', '"'])('is refused as the version %s', async (version) => {
    const before = await inventory(gateway);
    const { payload, headers } = rawForm(
      [`name="version"${AS_JSON}`, version],
      ['name="file"; filename="app.json"', '{}'],
    );
    const response = await post(UPLOAD, { ...headers, authorization: publisher }, payload);
    expect(response.json().meta.msg).toMatch(/^版本号/);
    expect(await inventory(gateway)).toEqual(before);
  });
});
