import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { callerOf, createCallers, openSession } from '../../support/callers.js';
import { connect } from '../../support/clients/live.js';
import { outcome, overHttp, overSocket } from '../../support/clients/transports.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

/** A page of 100 edges, each with a node of two fields, and the page itself. */
const page = '{ devices(first: 100) { edges { node { id name } } } }';
const PAGE_COMPLEXITY = 401;
const heartbeat = 'mutation { heartbeat(input: {}) { intervalSeconds } }';

let gateway: TestGateway;
let token: string;
let client: Client;
beforeEach(async () => {
  gateway = await startGateway({
    GRAPHQL_COMPLEXITY_PER_MINUTE: String(3 * PAGE_COMPLEXITY),
    TRUST_PROXY: 'loopback',
  });
  const host = await gateway.listen();
  await createCallers(gateway);
  token = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
  client = connect(host, token);
});
afterEach(async () => {
  await client.dispose();
  await gateway.close();
});

const byHttp = async (query: string, authorization = token, address = '192.0.2.1') =>
  outcome(await overHttp(gateway, { authorization, 'x-forwarded-for': address })({ query }));
const bySocket = async (query: string) => outcome(await overSocket(client)({ query }));

test('a user has one budget over both transports and all sessions', async () => {
  expect(await byHttp(page)).toBe('executed');
  expect(await bySocket(page)).toBe('executed');
  const legacy = (await openSession(gateway, 'max', bmsSessionPolicy)).accessToken;
  expect(await byHttp(page, legacy)).toBe('executed');
  expect(await byHttp(page)).toBe('THROTTLED');
  expect(await bySocket(page)).toBe('THROTTLED');
  const another = (await openSession(gateway, 'nia', graphqlSessionPolicy)).accessToken;
  expect(await byHttp(page, another)).toBe('executed');
});

test('over HTTP, a refusal has status 429 and says when to retry', async () => {
  while ((await byHttp(page)) === 'executed');
  const answer = await gateway.post(
    '/graphql',
    { query: page },
    { authorization: token, 'x-forwarded-for': '192.0.2.1' },
  );
  expect(answer.statusCode).toBe(429);
  const retryAfter = Number(answer.headers['retry-after']);
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(answer.json()).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'THROTTLED', retryAfter } }],
  });
});

test('heartbeats are free, whatever the user has spent', async () => {
  while ((await byHttp(page)) !== 'THROTTLED');
  for (let beat = 0; beat < 1000; beat += 1) expect(await byHttp(heartbeat)).toBe('executed');
  expect(await bySocket(heartbeat)).toBe('executed');
});

test('anonymous clients share the budget of their address', async () => {
  while ((await byHttp(page, '')) !== 'THROTTLED');
  expect(await byHttp('{ __typename }', '', '192.0.2.1')).toBe('THROTTLED');
  expect(await byHttp('{ __typename }', '', '192.0.2.2')).toBe('executed');
  expect(await byHttp('{ __typename }')).toBe('executed');
});

test('a subscription is charged once, and its events are free', async () => {
  const caller = await callerOf(gateway, token);
  const events = client.iterate({ query: 'subscription { deviceStatus { kind } }' });
  await events.next();
  for (let device = 0; device < 300; device += 1) {
    const hello = { clientId: `device-${device}`, name: null, clientVersion: null };
    await gateway.services.heartbeats.beat(caller, hello);
  }
  await gateway.services.heartbeats.announce();
  for (let device = 0; device < 300; device += 1) await events.next();
  const outcomes = [await byHttp(page), await byHttp(page), await byHttp(page)];
  expect(outcomes).toEqual(['executed', 'executed', 'THROTTLED']);
  await events.return?.();
});

describe.each([
  ['HTTP', byHttp],
  ['WebSocket', bySocket],
])('over %s', (_transport, send) => {
  const invalid = (n: number) => `{ ${`nothing${n} `.repeat(6)} }`;

  test('new documents are limited, though they are invalid', async () => {
    const seen = new Set<string>();
    for (let n = 0; n < 20; n += 1) seen.add(await send(invalid(n)));
    expect(seen).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED', 'THROTTLED']));
  });

  test('a client that has sent too many new documents can still send known ones', async () => {
    expect(await send(page)).toBe('executed');
    for (let n = 0; (await send(invalid(n))) !== 'THROTTLED'; n += 1);
    expect(await send(page)).toBe('executed');
    expect(await send('{ __typename }')).toBe('THROTTLED');
  });
});
