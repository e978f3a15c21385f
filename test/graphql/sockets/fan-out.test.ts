import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultFieldResolver, type GraphQLFieldResolver, GraphQLObjectType } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { DomainError } from '../../../src/errors.js';
import type { Context } from '../../../src/graphql/context.js';
import { Pipeline } from '../../../src/graphql/execution/pipeline.js';
import { createLoaders } from '../../../src/graphql/loaders.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createLiveServer, type LiveServer } from '../../../src/graphql/sockets/live-server.js';
import { openSession } from '../../support/callers.js';
import { ask } from '../../support/clients/client.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const log = pino({ level: 'silent' });
const schema = createSchema();
let gateway: TestGateway;
let ours: LiveServer;
let host: string;
let stockHost: string;
let admin: string;
let member: string;
let neighbour: string;
const closing: (() => Promise<unknown>)[] = [];

/** How often an event was executed. */
let executions = 0;
wrap('DeviceStatusEvent', 'kind', (resolve) => (...args) => {
  executions += 1;
  return resolve(...args);
});
// Two fields fail: one by a refusal, one by a fault.
wrap('User', 'brief', () => () => {
  throw new DomainError('FORBIDDEN', 'Not for you.');
});
wrap('Device', 'name', () => () => Promise.reject(new Error('The disk is full.')));

type Resolve = GraphQLFieldResolver<unknown, unknown>;
function wrap(typeName: string, fieldName: string, wrapped: (resolve: Resolve) => Resolve): void {
  const type = schema.getType(typeName);
  const field = type instanceof GraphQLObjectType ? type.getFields()[fieldName] : undefined;
  if (!field) throw new Error(`There is no ${typeName}.${fieldName}.`);
  field.resolve = wrapped(field.resolve ?? defaultFieldResolver);
}

const listening = (server: ReturnType<typeof createServer>) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    });
  });

beforeAll(async () => {
  gateway = await startGateway();
  const { services } = gateway;
  for (const [username, roles] of [
    ['root', ['ADMIN']],
    ['member', ['MEMBER']],
    ['neighbour', ['MEMBER']],
  ] as const) {
    await gateway.createUser({ username, password: PASSWORD, roles: [...roles] });
  }
  [admin, member, neighbour] = await Promise.all([login('root'), login('member'), login('neighbour')]);
  const pipeline = new Pipeline(schema, services.config, services, log);
  ours = createLiveServer(services, pipeline, log);
  const server = createServer();
  server.on('upgrade', ours.upgrade);
  host = await listening(server);
  // graphql-ws and graphql-js by themselves, with errors presented alike.
  const stockServer = createServer();
  const sockets = new WebSocketServer({ server: stockServer, path: '/graphql' });
  const stock = useServer(
    {
      schema,
      async context({ connectionParams }): Promise<Context> {
        const token = String(connectionParams?.authorization).slice('Bearer '.length);
        return {
          services,
          loaders: createLoaders(services),
          caller: await services.sessions.authenticate(token),
          client: { address: '127.0.0.1', deviceId: null, version: null, model: null },
          publicUrl: 'http://gateway',
          refreshCookie: null,
          countHeartbeat: () => {},
          log: () => gateway.app.log,
        };
      },
      onNext: (_context, _id, _payload, _args, result) => pipeline.presentResult(result),
    },
    sockets,
  );
  stockHost = await listening(stockServer);
  closing.push(
    () => ours.close(),
    async () => stock.dispose(),
    async () => {
      for (const listener of [server, stockServer]) listener.closeAllConnections();
      for (const listener of [server, stockServer]) listener.close();
    },
    () => gateway.close(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});
beforeEach(() => {
  executions = 0;
});

const login = async (username: string) =>
  (await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } })).login.accessToken;

const announce = () => gateway.services.heartbeats.announce();
const beat = (token: string, deviceId: string) =>
  ask(gateway, op.HeartbeatDocument, { input: { deviceId, name: deviceId } }, token);

/** The session of the device while it is online. */
let online: string | null = null;

/** Brings a device of the member online, or takes it offline. */
async function toggle(deviceId: string): Promise<void> {
  if (online === null) {
    const { accessToken, session } = await openSession(gateway, 'member', graphqlSessionPolicy);
    await beat(accessToken, deviceId);
    online = session.id;
  } else {
    await gateway.services.heartbeats.sessionsEnded({ ids: [online], reason: 'LOGOUT' });
    online = null;
  }
  await announce();
}

/** Selections with aliases, fragments, directives and fields that fail. */
const directive = fc.constantFrom(
  '',
  '',
  '',
  ' @include(if: $yes)',
  ' @skip(if: $yes)',
  ' @include(if: $no)',
);
const fields = (names: readonly string[], nested: fc.Arbitrary<string>[] = []) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('__typename', ...names) },
        { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => `other_${name}: ${name}`) },
        ...nested.map((arbitrary) => ({ weight: 2, arbitrary })),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((chosen) => chosen.join(' '));
const inFragment = (type: string, selection: fc.Arbitrary<string>) =>
  fc
    .tuple(selection, directive, fc.boolean())
    .map(([chosen, when, inline]) => (inline ? `... on ${type}${when} { ${chosen} }` : chosen));
const user = fields(['id', 'login', 'brief']).map((chosen) => `user { ${chosen} }`);
const device = inFragment('Device', fields(['id', 'clientId', 'name', 'online', 'lastSeenAt'], [user]));
const event = fc.tuple(
  inFragment(
    'DeviceStatusEvent',
    fields(
      ['kind', 'cursor', 'at', 'reason'],
      [
        fc.tuple(device, directive).map(([chosen, when]) => `device${when} { ${chosen} }`),
        device.map((chosen) => `devices { ${chosen} }`),
        fc.constant('changed: device { ...Shown }'),
      ],
    ),
  ),
  fc.constantFrom('deviceStatus', 'status: deviceStatus'),
);
const variables = { yes: true, no: false, filter: { search: 'gen' } };
const HEAD = 'subscription S($yes: Boolean = true, $no: Boolean = false, $filter: DeviceFilter)';
const FRAGMENT =
  'fragment Shown on Device { shown: id @skip(if: $no) user { shownLogin: login @include(if: $yes) } }';
const use = 'used: __typename @include(if: $yes) @skip(if: $no)';

test('sends deviceStatus byte for byte as graphql-ws and graphql-js do', async () => {
  const [mine, stock] = await Promise.all([RawLive.open(host, member), RawLive.open(stockHost, member)]);
  const changes: string[] = [];
  let id = 0;
  await fc.assert(
    fc.asyncProperty(event, async ([selection, field]) => {
      const query = `${HEAD} { ${field}(filter: $filter) { ${selection} ${use} again: device { ...Shown } } } ${FRAGMENT}`;
      id += 1;
      for (const live of [mine, stock]) live.subscribe(`"${id}"`, query, variables);
      const snapshot = [await mine.next(), await stock.next()];
      expect(snapshot[0]).toBe(snapshot[1]);
      await toggle('gen-1');
      const change = await mine.next();
      expect(change).toBe(await stock.next());
      changes.push(change ?? '');
      for (const live of [mine, stock]) {
        live.send({ id: `"${id}"`, type: 'complete' });
        await live.settle();
      }
    }),
    { numRuns: 60, seed: 5 },
  );
  // The generated selections cover results with and without errors of both kinds.
  for (const part of [
    '"type":"next"',
    'FORBIDDEN',
    'INTERNAL_SERVER_ERROR',
    'ONLINE',
    'OFFLINE',
    '"shown"',
  ]) {
    expect(changes.some((change) => change.includes(part))).toBe(true);
  }
  expect(changes.some((change) => !change.includes('errors'))).toBe(true);
  await Promise.all([mine.close(), stock.close()]);
});

test('sends heartbeats byte for byte as graphql-ws and graphql-js do', async () => {
  const [mine, stock] = await Promise.all([RawLive.open(host, member), RawLive.open(stockHost, member)]);
  let id = 0;
  await fc.assert(
    fc.asyncProperty(device, async (selection) => {
      const query = `${HEAD} { heartbeats(filter: $filter) { at device { ${selection} ${use} ...Shown } } } ${FRAGMENT}`;
      id += 1;
      for (const live of [mine, stock]) {
        live.subscribe(String(id), query, variables);
        await live.settle();
      }
      await beat(member, 'gen-1');
      await beat(member, 'gen-2');
      await announce();
      expect(await mine.next()).toBe(await stock.next());
      for (const live of [mine, stock]) {
        live.send({ id: String(id), type: 'complete' });
        await live.settle();
      }
    }),
    { numRuns: 30, seed: 5 },
  );
  await Promise.all([mine.close(), stock.close()]);
});

const STATUS =
  'subscription ($since: Cursor) { deviceStatus(since: $since) { kind cursor device { clientId } } }';
const clientId = (message: string | null) =>
  JSON.parse(message ?? '').payload.data.deviceStatus.device?.clientId;

test('executes an event once for subscribers that differ in `since` alone, or in nothing', async () => {
  const lives = await Promise.all([1, 2, 3, 4].map(() => RawLive.open(host, admin)));
  const [first, ...others] = lives;
  first?.subscribe('a', STATUS);
  const { cursor } = JSON.parse((await first?.next()) ?? '').payload.data.deviceStatus;
  for (const live of others) {
    live.subscribe('b', STATUS, { since: cursor });
    await live.settle();
  }
  executions = 0;
  await beat(member, 'shared');
  await announce();
  for (const live of lives) expect(clientId(await live.next())).toBe('shared');
  expect(executions).toBe(1);
  await Promise.all(lives.map((live) => live.close()));
});

test('subscribers that join during the read of a snapshot share it, and miss no event meanwhile', async () => {
  const { onlineDevices } = gateway.services;
  const gate = Promise.withResolvers<void>();
  const read = onlineDevices.read.bind(onlineDevices);
  const reading = jest.spyOn(onlineDevices, 'read').mockImplementation(async (...args) => {
    const found = await read(...args);
    await gate.promise;
    return found;
  });
  const lives = await Promise.all([1, 2, 3, 4].map(() => RawLive.open(host, admin)));
  for (const live of lives) {
    live.subscribe('a', STATUS);
    await live.settle();
  }
  await beat(member, 'meanwhile');
  await announce();
  gate.resolve();
  for (const live of lives) expect(await live.next()).toContain('SNAPSHOT');
  for (const live of lives) expect(clientId(await live.next())).toBe('meanwhile');
  expect(reading).toHaveBeenCalledTimes(1);
  reading.mockRestore();
  await Promise.all(lives.map((live) => live.close()));
});

test('subscribers with other permissions or devices share nothing', async () => {
  const [root, one, other] = await Promise.all(
    [admin, member, neighbour].map((by) => RawLive.open(host, by)),
  );
  for (const live of [root, one, other]) {
    live?.subscribe('same', STATUS);
    await live?.next();
  }
  await beat(neighbour, 'of the neighbour');
  await beat(member, 'of the member');
  await announce();
  expect(clientId((await root?.next()) ?? null)).toBe('of the neighbour');
  expect(clientId((await root?.next()) ?? null)).toBe('of the member');
  expect(clientId((await one?.next()) ?? null)).toBe('of the member');
  expect(clientId((await other?.next()) ?? null)).toBe('of the neighbour');
  await Promise.all([root, one, other].map((live) => live?.close()));
});

test('a group outlives its first member, and starts again after its last one', async () => {
  const [first, second] = [await RawLive.open(host, admin), await RawLive.open(host, admin)];
  first.subscribe('a', STATUS);
  await first.next();
  second.subscribe('a', STATUS);
  await second.next();
  await first.close();
  await beat(member, 'later');
  await announce();
  expect(clientId(await second.next())).toBe('later');
  second.send({ id: 'a', type: 'complete' });
  await second.settle();
  second.subscribe('a', STATUS);
  expect(await second.next()).toContain('SNAPSHOT');
  await beat(member, 'much later');
  await announce();
  expect(clientId(await second.next())).toBe('much later');
  await second.close();
});
