import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { callerOf, createCallers, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { connect } from '../../support/live.js';

/** A page of 100, each with a node and its two fields, and the page itself. */
const page = '{ devices(first: 100) { edges { node { id name } } } }';
const PAGE_COST = 401;
const heartbeat = 'mutation { heartbeat { deviceId interval } }';

let gateway: TestGateway;
let host: string;
let token: string;
let client: Client;
beforeEach(async () => {
  gateway = await startGateway({ GRAPHQL_COST_PER_MINUTE: String(3 * PAGE_COST), TRUST_PROXY: 'loopback' });
  host = await gateway.listen();
  await createCallers(gateway);
  token = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
  client = connect(host, token);
});
afterEach(async () => {
  await client.dispose();
  await gateway.close();
});

const post = (query: string, authorization = token, address = '192.0.2.1') =>
  gateway.post('/graphql', { query }, { authorization, 'x-forwarded-for': address });
/** The code of its refusal, or that it ran. */
const overHttp = async (...sent: Parameters<typeof post>): Promise<string> =>
  (await post(...sent)).json().errors?.[0].extensions.code ?? 'ran';
const overSocket = (query: string, by = client) =>
  new Promise<string>((resolve, reject) => {
    by.subscribe(
      { query },
      {
        next: ({ errors }) => resolve(String(errors?.[0]?.extensions?.code ?? 'ran')),
        error: (errors) => (Array.isArray(errors) ? resolve(errors[0].extensions.code) : reject(errors)),
        complete: () => {},
      },
    );
  });

test('a caller has one budget at both doors, by all their sessions', async () => {
  expect(await overHttp(page)).toBe('ran');
  expect(await overSocket(page)).toBe('ran');
  const legacy = (await openSession(gateway, 'max', bmsSessionPolicy)).accessToken;
  expect(await overHttp(page, legacy)).toBe('ran');
  expect(await overHttp(page)).toBe('THROTTLED');
  expect(await overSocket(page)).toBe('THROTTLED');
  const another = (await openSession(gateway, 'nia', graphqlSessionPolicy)).accessToken;
  expect(await overHttp(page, another)).toBe('ran');
});

test('a refusal over HTTP says when to come back', async () => {
  for (let times = 0; times < 3; times += 1) await post(page);
  const { statusCode, headers, json } = await post(page);
  expect(statusCode).toBe(429);
  const retryAfter = Number(headers['retry-after']);
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect(json()).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'THROTTLED', retryAfter } }],
  });
});

test('a fleet of one user beats on, whatever the user has spent', async () => {
  while ((await overHttp(page)) !== 'THROTTLED');
  for (let beat = 0; beat < 1000; beat += 1) expect(await overHttp(heartbeat)).toBe('ran');
  expect(await overSocket(heartbeat)).toBe('ran');
});

test('strangers have the budget of their address', async () => {
  while ((await overHttp(page, '')) !== 'THROTTLED');
  expect(await overHttp('{ __typename }', '', '192.0.2.1')).toBe('THROTTLED');
  expect(await overHttp('{ __typename }', '', '192.0.2.2')).toBe('ran');
  expect(await overHttp('{ __typename }')).toBe('ran');
});

test('a subscription pays when it begins, and not for its events', async () => {
  const caller = await callerOf(gateway, token);
  const events = client.iterate({ query: 'subscription { deviceStatus { kind } }' });
  await events.next();
  for (let device = 0; device < 300; device += 1) {
    await gateway.services.heartbeats.beat(caller, {
      clientId: `device-${device}`,
      name: null,
      clientVersion: null,
    });
  }
  await gateway.services.heartbeats.announce();
  for (let device = 0; device < 300; device += 1) await events.next();
  expect([await overHttp(page), await overHttp(page), await overHttp(page)]).toEqual([
    'ran',
    'ran',
    'THROTTLED',
  ]);
  await events.return?.();
});

test.each([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
])('over %s, documents that nobody can run are not read without end', async (_door, ask) => {
  const told = new Set<string>();
  for (let n = 0; n < 20; n += 1) told.add(await ask(`{ ${`nothing${n} `.repeat(6)} }`));
  expect(told).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED', 'THROTTLED']));
});

test.each([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
])('over %s, who has sent too many new documents goes on with those they sent before', async (_door, ask) => {
  expect(await ask(page)).toBe('ran');
  for (let n = 0; (await ask(`{ ${`nothing${n} `.repeat(6)} }`)) !== 'THROTTLED'; n += 1);
  expect(await ask(page)).toBe('ran');
  expect(await ask('{ __typename }')).toBe('THROTTLED');
});
