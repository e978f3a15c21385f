import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/database/node-id.js';
import { ask } from '../../support/clients/client.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const MINUTE = 60_000;
let gateway: TestGateway;
let users = 0;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
});
afterAll(() => gateway.close());

let username: string;
let userId: string;
beforeEach(async () => {
  username = `user-${++users}`;
  userId = nodeId('user', (await gateway.createUser({ username, password: PASSWORD })).id);
});

/** With a new token each time, because the clock moves far between calls. */
const admin = async () =>
  (await ask(gateway, op.LoginDocument, { input: { username: 'root', password: PASSWORD } })).login
    .accessToken;

/** At the BMS API, whose tokens last 48 hours. */
async function bmsLogin(
  headers: Record<string, string> = {},
  parameters: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
): Promise<string> {
  const query = { username, password: PASSWORD, device: 'mate60', version: '101', ...parameters };
  const url = `/sys/login-phone?${new URLSearchParams(query)}`;
  const response = await gateway.app.inject({ method: 'POST', url, headers, remoteAddress });
  return response.json().data.access_token;
}
const beat = async (token: string, headers: Record<string, string> = {}) => {
  const answer = await gateway.post('/api/heart/check', {}, { authorization: token, ...headers });
  expect(answer.statusCode).toBe(201);
};
const devices = async () => {
  const { devices } = await ask(gateway, op.DevicesDocument, { filter: { userId } }, await admin());
  return devices.edges.map(({ node }) => node);
};

describe('a device without a client id', () => {
  test('is reused by the next login of its user', async () => {
    for (let day = 0; day < 5; day++) {
      await beat(await bmsLogin());
      await gateway.pass(4 * MINUTE);
    }
    expect(await devices()).toHaveLength(1);
  });

  test('is never shared by sessions that beat at the same time', async () => {
    const tokens = [await bmsLogin(), await bmsLogin(), await bmsLogin()];
    await Promise.all(tokens.map((token) => beat(token)));
    await Promise.all(tokens.map((token) => beat(token)));
    expect(await devices()).toHaveLength(3);
  });

  test('is the same after several logins in a row', async () => {
    for (let logins = 0; logins < 10; logins++) {
      gateway.clock.advance(1000);
      await beat(await bmsLogin());
    }
    expect((await devices()).map(({ online }) => online)).toEqual([true]);
  });

  test('stays online through logins in a row, some of which have ended', async () => {
    for (let logins = 0; logins < 6; logins++) {
      gateway.clock.advance(1000);
      const { login } = await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
      await ask(gateway, op.HeartbeatDocument, { input: {} }, login.accessToken);
      if (logins % 2 === 1) await ask(gateway, op.LogoutDocument, { input: {} }, login.accessToken);
    }
    expect(await devices()).toHaveLength(1);
  });

  test('gets its device back if it beats again after another login took it over', async () => {
    const first = await bmsLogin();
    await beat(first);
    const [own] = await devices();
    gateway.clock.advance(1000);
    const second = await bmsLogin();
    await beat(second);
    expect(await devices()).toHaveLength(1);
    for (let beats = 0; beats < 3; beats++) {
      gateway.clock.advance(10_000);
      await beat(first);
      await beat(second);
    }
    const both = await devices();
    expect(both.map(({ online }) => online)).toEqual([true, true]);
    const { sessions } = await ask(gateway, op.SessionsDocument, { filter: { userId } }, await admin());
    const oldest = sessions.edges.at(-1)?.node.id;
    await ask(gateway, op.RevokeSessionDocument, { input: { id: oldest ?? '' } }, await admin());
    expect((await devices()).map(({ id, online }) => [id === own?.id, online]).sort()).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  test('does not keep its session from beating for a known device with a client id', async () => {
    const named = { 'x-device-id': 'serial-1' };
    const first = await bmsLogin();
    await beat(first, named);
    await beat(first);
    gateway.clock.advance(1000);
    const second = await bmsLogin();
    await beat(second);
    // Its first session has its anonymous device taken over, and is read again.
    gateway.services.sessions.invalidate(Number(userId.split('_')[1]));
    await beat(first, named);
    expect((await devices()).filter(({ clientId }) => clientId === 'serial-1')).toHaveLength(1);
  });

  const otherLogins: Record<string, () => Promise<string>> = {
    model: () => bmsLogin({}, { device: 'mate70' }),
    address: () => bmsLogin({}, {}, '203.0.113.7'),
    'API, such as GraphQL': async () => {
      const input = { username, password: PASSWORD };
      return (await ask(gateway, op.LoginDocument, { input })).login.accessToken;
    },
    'kind, with a client id': () => bmsLogin({ 'x-device-id': `serial of ${username}` }),
  };
  test.each(Object.entries(otherLogins))(
    'keeps its device if a login has another %s',
    async (_what, login) => {
      await beat(await bmsLogin());
      gateway.clock.advance(1000);
      await beat(await login());
      expect((await devices()).map(({ online }) => online)).toEqual([true, true]);
    },
  );

  test('that was silent, and taken over by another session, is replaced by a new one', async () => {
    const silent = await bmsLogin();
    await beat(silent);
    await gateway.pass(4 * MINUTE);
    const heir = await bmsLogin();
    await beat(heir);
    expect(await devices()).toHaveLength(1);
    await beat(silent);
    await beat(heir);
    expect((await devices()).map(({ online }) => online)).toEqual([true, true]);
  });
});
