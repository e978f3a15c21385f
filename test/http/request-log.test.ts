import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

test('accepted heartbeats of both APIs are counted; refused ones and combined operations are logged', async () => {
  const gateway = await startGateway();
  await createCallers(gateway);
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const before = gateway.logged();
  for (let count = 0; count < 3; count += 1) {
    await ask(gateway, op.HeartbeatDocument, { input: {} }, accessToken);
    const answer = await gateway.post('/api/heart/check', {}, { authorization: accessToken });
    expect(answer.statusCode).toBe(201);
  }
  expect(gateway.logged()).toBe(before);
  await gateway.post('/api/heart/check', {}, { authorization: 'nonsense' });
  await ask(gateway, op.MeDocument, {}, accessToken);
  const query = 'mutation { heartbeat(input: {}) { intervalSeconds } logout(input: {}) { session { id } } }';
  await gateway.post('/graphql', { query }, { authorization: accessToken });
  const lines = gateway.logged().slice(before.length).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'request', route: '/api/heart/check', status: 401 },
    { msg: 'request', route: '/graphql', status: 200 },
    { msg: 'request', route: '/graphql', status: 200 },
  ]);
  await gateway.close();
  expect(gateway.logged()).toContain('"heartbeats":6');
});

describe('the ids in the log', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ TRUST_PROXY: '192.0.2.0/24' });
    await createCallers(gateway);
  });
  afterAll(() => gateway.close());
  const lines = (): Record<string, unknown>[] =>
    gateway
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const get = (remoteAddress: string, id: string) =>
    gateway.app.inject({
      url: '/graphql?query={__typename}',
      remoteAddress,
      headers: { 'x-request-id': id },
    });

  test('a login and later requests of its session show the session and the user', async () => {
    const { json } = await gateway.post('/api/user/login', { phone: 'max', password: PASSWORD });
    const token: string = json().data.userToken;
    await gateway.post('/api/user/updateAccount', { name: 'Max' }, { userToken: token });
    await ask(gateway, op.MeDocument, {}, token);
    const [login, update, query] = lines();
    expect(login).toMatchObject({
      route: '/api/user/login',
      sessionId: expect.stringMatching(/^session_/),
      userId: expect.stringMatching(/^user_/),
    });
    const { sessionId, userId } = login ?? {};
    expect([update, query]).toMatchObject([
      { route: '/api/user/updateAccount', sessionId, userId },
      { route: '/graphql', sessionId, userId },
    ]);
    expect(new Set([login, update, query].map((line) => line?.reqId)).size).toBe(3);
    expect(gateway.logged()).not.toContain(token);
  });

  test('a proxy that is trusted names its requests, and any other client does not', async () => {
    expect((await get('192.0.2.1', 'from-the-proxy')).headers['x-request-id']).toBe('from-the-proxy');
    expect(lines().at(-1)).toMatchObject({ reqId: 'from-the-proxy' });
    for (const [address, id] of [
      ['203.0.113.1', 'from-a-stranger'],
      ['192.0.2.1', 'two\nlines'],
      ['192.0.2.1', 'x'.repeat(129)],
    ] as const) {
      const answer = await get(address, id);
      expect(answer.headers['x-request-id']).not.toBe(id);
      expect(lines().at(-1)).toMatchObject({ reqId: answer.headers['x-request-id'] });
    }
  });

  test('a failure of a legacy API shows its code, and its response has no further header', async () => {
    const answer = await gateway.post('/api/user/login', { phone: 'max', password: 'a wrong password' });
    expect(lines().at(-1)).toMatchObject({ route: '/api/user/login', status: 200, code: 'PASSWORD_WRONG' });
    expect(answer.headers).not.toHaveProperty('x-request-id');
  });

  test('a fault over WebSocket shows the session and the upgrade request', async () => {
    const { accessToken, session } = await openSession(gateway, 'root', graphqlSessionPolicy);
    const problems = jest.spyOn(gateway.services.health, 'problems', 'get').mockImplementation(() => {
      throw new Error('a fault');
    });
    const client = connect(await gateway.listen(), accessToken);
    await expect(watch(client, op.PresenceSummaryDocument, {}).next()).rejects.toThrow(
      'INTERNAL_SERVER_ERROR',
    );
    await client.dispose();
    problems.mockRestore();
    expect(lines()).toContainEqual(
      expect.objectContaining({
        msg: 'an operation failed unexpectedly',
        reqId: expect.any(String),
        sessionId: `session_${session.id}`,
      }),
    );
  });
});
