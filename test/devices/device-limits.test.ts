import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import type { DomainError } from '../../src/errors.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf, openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { connect } from '../support/clients/live.js';
import { overHttp, overSocket, type SentOperation } from '../support/clients/transports.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const LIMIT = 3;
let gateway: TestGateway;
let users = 0;
let username: string;

beforeAll(async () => {
  gateway = await startGateway({ DEVICES_PER_ACCOUNT: String(LIMIT) });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  username = `fleet-${++users}`;
  await gateway.createUser({ username, password: PASSWORD });
});

const signIn = async () => (await openSession(gateway, username, bmsSessionPolicy)).accessToken;
const heartCheck = (token: string, deviceId?: string) =>
  gateway.post(
    '/api/heart/check',
    {},
    { authorization: token, ...(deviceId ? { 'x-device-id': deviceId } : {}) },
  );
const statuses = async (responses: ReturnType<typeof heartCheck>[]) =>
  (await Promise.all(responses)).map(({ statusCode }) => statusCode);

describe('an account with as many devices as it may have', () => {
  test('has its new devices refused, while the known ones keep working', async () => {
    const token = await signIn();
    for (const id of ['a', 'b', 'c']) expect((await heartCheck(token, id)).statusCode).toBe(201);
    const refused = await heartCheck(token, 'd');
    expect([refused.statusCode, refused.json()]).toEqual([
      403,
      { data: null, meta: { msg: '设备数量已达上限', status: 403 } },
    ]);
    expect(await statuses(['a', 'b', 'c'].map((id) => heartCheck(token, id)))).toEqual([201, 201, 201]);
    const other = await signIn();
    expect((await heartCheck(other, 'a')).statusCode).toBe(201);
    expect((await heartCheck(other)).statusCode).toBe(403);
  });

  test('has them refused by GraphQL with the code and the field, over HTTP and WebSocket', async () => {
    const { login } = await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
    const beat = (deviceId: string): SentOperation => ({
      query: print(op.HeartbeatDocument),
      variables: { input: { deviceId } },
    });
    for (const id of ['a', 'b', 'c'])
      await ask(gateway, op.HeartbeatDocument, { input: { deviceId: id } }, login.accessToken);
    const client = connect(await gateway.listen(), login.accessToken);
    const headers = { authorization: `Bearer ${login.accessToken}` };
    for (const send of [overHttp(gateway, headers), overSocket(client)]) {
      expect(await send(beat('d'))).toMatchObject([
        {
          message: 'deviceId must be that of a known device: an account has at most 3 devices.',
          extensions: { code: 'LIMIT_REACHED', field: 'deviceId' },
        },
      ]);
      expect(await send(beat('a'))).toEqual([]);
    }
    await client.dispose();
  });

  test('cannot exceed the limit by parallel heartbeats', async () => {
    const tokens = [await signIn(), await signIn()];
    const beats = Array.from({ length: 12 }, (_, at) => heartCheck(tokens[at % 2] ?? '', `device-${at % 6}`));
    const answered = await statuses(beats);
    expect(answered.filter((status) => status === 201)).toHaveLength(2 * LIMIT);
    expect(answered.filter((status) => status === 403)).toHaveLength(2 * LIMIT);
  });

  test('cannot exceed it by the first heartbeats of sessions that are opened together', async () => {
    const tokens = await Promise.all(Array.from({ length: 2 * LIMIT }, signIn));
    const answered = await statuses(tokens.map((token, at) => heartCheck(token, `device-${at}`)));
    expect(answered.sort()).toEqual([201, 201, 201, 403, 403, 403]);
  });

  test('may have sessions without an id share the devices that are offline', async () => {
    for (let day = 0; day < 2 * LIMIT; day++) {
      expect((await heartCheck(await signIn())).statusCode).toBe(201);
      await gateway.pass(240_000);
    }
  });
});

describe('an account that adds many devices at once', () => {
  const signInAt = async (gateway: TestGateway, username: string) => {
    await gateway.createUser({ username });
    return callerOf(gateway, (await openSession(gateway, username, bmsSessionPolicy)).accessToken);
  };
  /** The errors of parallel heartbeats, by device; null for none. */
  const beatAll = ({ services }: TestGateway, caller: Caller, clientIds: readonly string[]) =>
    Promise.all(
      clientIds.map(async (clientId) => {
        const report = { clientId, name: null, clientVersion: null };
        return Promise.resolve(services.heartbeats.beat(caller, report)).then(
          () => null,
          (error: DomainError) => error,
        );
      }),
    );
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `device-${at}`);

  test('may add a tenth of its limit in a minute', async () => {
    const wide = await startGateway({ DEVICES_PER_ACCOUNT: '2000' });
    const [mia, noa] = [await signInAt(wide, 'mia'), await signInAt(wide, 'noa')];
    const errors = await beatAll(wide, mia, ids(210));
    const refused = errors.filter((error) => error !== null);
    expect(refused).toHaveLength(10);
    expect(refused[0]).toMatchObject({ code: 'THROTTLED', details: { retryAfter: expect.any(Number) } });
    const known = ids(210).filter((_, at) => errors[at] === null);
    expect(new Set(await beatAll(wide, mia, known))).toEqual(new Set([null]));
    expect(await beatAll(wide, noa, ids(5))).toEqual([null, null, null, null, null]);
    await wide.close();
  });

  test('is limited by the address of its login, too', async () => {
    const narrow = await startGateway({ DEVICES_PER_ADDRESS: '4' });
    const [mia, noa] = [await signInAt(narrow, 'mia'), await signInAt(narrow, 'noa')];
    expect(await beatAll(narrow, mia, ids(2))).toEqual([null, null]);
    const errors = await beatAll(narrow, noa, ids(2));
    expect(errors.map((error) => error?.code).sort()).toEqual([undefined, undefined]);
    const { accessToken } = await openSession(narrow, 'noa', bmsSessionPolicy);
    const refused = await narrow.post('/api/heart/check', {}, { authorization: accessToken });
    expect(refused.json().meta.msg).toBe('操作过于频繁，请稍后再试');
    await narrow.close();
  });
});
