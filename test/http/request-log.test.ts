import { expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { startGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

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
