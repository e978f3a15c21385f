import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { openSession } from '../support/callers.js';
import { uploadForm } from '../support/clients/multipart.js';
import { openRequest } from '../support/clients/raw-http.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { inventory, nothing, UPLOAD, uploadParts } from '../support/releases.js';

const MIB = 1024 * 1024;
const system = { userId: null, address: null };
const FILE = { fileName: 'app.bin', content: randomBytes(2 * MIB) };

let gateway: TestGateway;
let host: string;
let users = 0;
let publisher: OpenedSession;
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  users += 1;
  const username = `publisher ${users}`;
  await gateway.createUser({ username, roles: ['PUBLISHER'] });
  publisher = await openSession(gateway, username, graphqlSessionPolicy);
});

/** Sends a half of a form, calls `act`, and sends the rest. @returns the beginning of the response */
async function sendAround(
  act: () => Promise<unknown>,
  url: string,
  parts: Parameters<typeof uploadForm>[0],
): Promise<string> {
  const { headers, payload } = uploadForm(parts);
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
  const [response] = await once(socket, 'data');
  socket.destroy();
  return String(response);
}

describe.each([UPLOAD, '/graphql'] as const)('an upload to %s is refused at its end', (url) => {
  test.each<[string, RegExp, () => Promise<unknown>]>([
    [
      'session was revoked',
      / 401 |"UNAUTHENTICATED"/,
      () => gateway.services.sessions.endings.revoke(publisher.user.id, publisher.session.id),
    ],
    [
      'account was deleted',
      / 401 |"UNAUTHENTICATED"/,
      () => gateway.services.administration.delete(publisher.user.id, system),
    ],
    [
      'role was withdrawn',
      / 403 |"FORBIDDEN"/,
      () => gateway.services.administration.setRoles(publisher.user.id, ['MEMBER'], system),
    ],
  ])('if the %s meanwhile', async (_what, refusal, act) => {
    expect(await sendAround(act, url, uploadParts(FILE)[url])).toMatch(refusal);
    expect(await inventory(gateway)).toEqual(nothing);
  });
});

test('fields that follow an upload are authorised by the roles that the sender has at its end', async () => {
  const { id } = publisher.user;
  const setRoles = (roles: string[]) => gateway.services.administration.setRoles(id, roles, system);
  await gateway.createUser({ username: 'another administrator', roles: ['ADMIN'] });
  await setRoles(['ADMIN']);
  const query = `mutation($input: UploadReleaseInput!) {
    uploadRelease(input: $input) { release { id } }
    setUserRoles(input: {id: "user_${id}", roles: ["ADMIN"]}) { user { id } }
  }`;
  const response = await sendAround(() => setRoles(['PUBLISHER']), '/graphql', [
    ['operations', JSON.stringify({ query, variables: { input: { version: '8', file: null } } })],
    ['map', '{"0":["variables.input.file"]}'],
    ['0', FILE],
  ]);
  expect(response).toContain('"FORBIDDEN"');
  const user = await gateway.services.users.get(id);
  expect(user.roles.getItems().map(({ code }) => code)).toEqual(['PUBLISHER']);
});

test('an upload succeeds though its access token expires meanwhile', async () => {
  const before = await inventory(gateway);
  const expire = async () => gateway.clock.advance(graphqlSessionPolicy.tokenLifetimeMs);
  expect(await sendAround(expire, UPLOAD, uploadParts(FILE)[UPLOAD])).toMatch(/ 200 /);
  expect(await inventory(gateway)).toMatchObject({ releases: before.releases + 1 });
});
