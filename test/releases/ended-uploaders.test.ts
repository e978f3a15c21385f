import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { openSession } from '../support/callers.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { uploadForm } from '../support/multipart.js';
import { openRequest } from '../support/raw-http.js';
import { inventory, nothing, UPLOAD } from '../support/releases.js';

const MIB = 1024 * 1024;
const system = { userId: null, address: null };
const file = { fileName: 'app.bin', content: randomBytes(2 * MIB) };
const query = 'mutation($file: Upload!) { uploadRelease(input: {version: "7"}, file: $file) { id } }';
const forms = {
  [UPLOAD]: uploadForm([
    ['version', '7'],
    ['file', file],
  ]),
  '/graphql': uploadForm([
    ['operations', JSON.stringify({ query, variables: { file: null } })],
    ['map', '{"0":["variables.file"]}'],
    ['0', file],
  ]),
};

let gateway: TestGateway;
let host: string;
let people = 0;
let publisher: OpenedSession;
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  people += 1;
  const username = `publisher ${people}`;
  await gateway.createUser({ username, roles: ['PUBLISHER'] });
  publisher = await openSession(gateway, username, graphqlSessionPolicy);
});

/** Sends half of a form, and the rest when `act` is done. @returns the beginning of the answer */
async function during(
  url: keyof typeof forms,
  act: () => Promise<unknown>,
  { headers, payload } = forms[url],
): Promise<string> {
  const socket = await openRequest(host, [
    `POST ${url} HTTP/1.1`,
    `content-type: ${headers['content-type']}`,
    `content-length: ${payload.length}`,
    `authorization: ${publisher.accessToken}`,
    'apollo-require-preflight: true',
    'connection: close',
  ]);
  socket.write(payload.subarray(0, MIB));
  await eventually(async () => (await inventory(gateway)).uploads.length === 1);
  await act();
  socket.write(payload.subarray(MIB));
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

describe.each([[UPLOAD], ['/graphql']] as const)('while a package comes in at %s', (url) => {
  test.each<[string, RegExp, () => Promise<unknown>]>([
    [
      'whose session is revoked',
      / 401 |"UNAUTHENTICATED"/,
      () => gateway.services.sessions.revoke(publisher.user.id, publisher.session.id),
    ],
    [
      'who is deleted',
      / 401 |"UNAUTHENTICATED"/,
      () => gateway.services.administration.delete(publisher.user.id, system),
    ],
    [
      'who is demoted',
      / 403 |"FORBIDDEN"/,
      () => gateway.services.administration.setRoles(publisher.user.id, ['MEMBER'], system),
    ],
  ])('somebody %s publishes nothing', async (_who, status, act) => {
    expect(await during(url, act)).toMatch(status);
    expect(await inventory(gateway)).toEqual(nothing);
  });
});

test('an administrator who is made a publisher meanwhile does with the upload what publishers may, and no more', async () => {
  const { id } = publisher.user;
  const setRoles = (roles: string[]) => gateway.services.administration.setRoles(id, roles, system);
  await gateway.createUser({ username: 'who administers on', roles: ['ADMIN'] });
  await setRoles(['ADMIN']);
  const both = `mutation($file: Upload!) {
    uploadRelease(input: {version: "8"}, file: $file) { id }
    setUserRoles(id: ${id}, roles: ["ADMIN"]) { id }
  }`;
  const form = uploadForm([
    ['operations', JSON.stringify({ query: both, variables: { file: null } })],
    ['map', '{"0":["variables.file"]}'],
    ['0', file],
  ]);
  expect(await during('/graphql', () => setRoles(['PUBLISHER']), form)).toContain('"FORBIDDEN"');
  const user = await gateway.services.users.get(id);
  expect(user.roles.getItems().map(({ code }) => code)).toEqual(['PUBLISHER']);
});

test('an access token that expires while a package comes in is no reason to refuse it', async () => {
  const before = await inventory(gateway);
  const answer = await during(UPLOAD, async () =>
    gateway.clock.advance(graphqlSessionPolicy.tokenLifetimeMs),
  );
  expect(answer).toMatch(/ 200 /);
  expect(await inventory(gateway)).toMatchObject({ releases: before.releases + 1 });
});
