import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { selectsPerCaller } from '../../../src/graphql/execution/per-caller-fields.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { openSession } from '../../support/callers.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const STATUS = 'subscription { deviceStatus { kind device { session { current } } } }';
let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  for (const username of ['ada', 'bea']) await gateway.createUser({ username, roles: ['ADMIN'] });
});
afterAll(() => gateway.close());

test('subscribers with equal permissions receive their own values of fields that depend on the caller', async () => {
  const [ada, bea] = await Promise.all(
    ['ada', 'bea'].map((username) => openSession(gateway, username, graphqlSessionPolicy)),
  );
  const sockets = await Promise.all(
    [ada, bea].map((session) => RawLive.open(host, session?.accessToken ?? '')),
  );
  for (const socket of sockets) {
    socket.subscribe('s', STATUS);
    expect(await socket.message()).toMatchObject({ type: 'next' });
  }
  const headers = { authorization: ada?.accessToken ?? '', 'x-device-id': 'shared' };
  await gateway.post('/api/heart/check', {}, headers);
  await gateway.services.heartbeats.announce();
  const events = await Promise.all(sockets.map((socket) => socket.message()));
  expect(events).toMatchObject(
    [true, false].map((current) => ({
      payload: { data: { deviceStatus: { kind: 'ONLINE', device: { session: { current } } } } },
    })),
  );
  await Promise.all(sockets.map((socket) => socket.close()));
});

test.each([
  [STATUS, true],
  [
    'subscription { deviceStatus { ...A } } fragment A on DeviceStatusEvent { device { user { sessions { totalCount } } } }',
    true,
  ],
  ['subscription { deviceStatus { kind devices { id user { login roles { code } } } } }', false],
  ['subscription { heartbeats { device { id history { totalCount } } } }', false],
  ['subscription { releasePublished { release { uploader { login } } } }', false],
])('%s depends on the caller: %s', (query, depends) => {
  expect(selectsPerCaller(createSchema(), parse(query))).toBe(depends);
});

test('a field that the schema does not have depends on nobody', () => {
  expect(selectsPerCaller(buildSchema('type Query { a: Int }'), parse('{ b { c } }'))).toBe(false);
});
