import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import type { InjectOptions } from 'fastify';
import { openSharedState } from '../../../src/adapters/open-shared-state.js';
import { readConfig } from '../../../src/config.js';
import { openDatabase } from '../../../src/database/database.js';
import { entities } from '../../../src/entities.js';
import { Health } from '../../../src/health/health.js';
import { parseRedisUrl } from '../../../src/settings/redis-url.js';
import { type Events, sharedTopic } from '../../../src/streams/events.js';
import { createMigratedDatabase } from '../../support/database.js';
// With this extension, since jest.config.js maps the name with `.js` to this module.
import { createClock, startGateway as startNode, type TestGateway } from '../../support/gateway.ts';
import { startRedis } from '../../support/infrastructure/redis.js';
import { randomFrom } from '../../support/random.js';

export { createClock };

const NODES = 3;

/**
 * Starts nodes that share Redis, a database and DATA_DIR, in place of a single gateway. Each request goes to another
 * node than the one before, once all nodes have read what the others have changed. `services` are those of the first.
 */
export async function startGateway(
  env: Record<string, string> = {},
  successorOf?: Pick<TestGateway, 'databaseUrl' | 'clock'>,
): Promise<TestGateway> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.adopt(await startRedis(), (server) => server.stop());
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  opened.defer(() => rm(dataDir, { recursive: true, force: true }));
  const database = successorOf
    ? { url: successorOf.databaseUrl, drop: async () => {} }
    : await createMigratedDatabase();
  opened.defer(() => database.drop());
  const db = await openDatabase(database.url, entities);
  opened.defer(() => db.close(true));
  const clock = successorOf?.clock ?? createClock();
  const settings = { DATA_DIR: dataDir, ...env };
  const config = { ...readConfig(settings), REDIS_URL: parseRedisUrl(redis.url) };
  const nodes: TestGateway[] = [];
  for (let count = 0; count < NODES; count++) {
    const health = new Health(Date.now);
    const { state, close } = await openSharedState(config, db, { health, warn: () => {}, tracing: null });
    opened.defer(close);
    const node = await startNode(settings, { databaseUrl: database.url, clock }, state, health);
    opened.defer(() => node.close());
    nodes.push(node);
  }
  return rotate(nodes, opened.move());
}

/** Presents nodes as one gateway. @param resources are closed with it. */
function rotate(nodes: readonly TestGateway[], resources: AsyncDisposableStack): TestGateway {
  const [first] = nodes as [TestGateway];
  const next = rotation(nodes);
  const inject = async (options: InjectOptions | string) => {
    await settle(nodes);
    const response = await next().app.inject(options);
    await settle(nodes);
    return response;
  };
  return {
    ...first,
    app: new Proxy(first.app, {
      get: (app, key) => (key === 'inject' ? inject : Reflect.get(app, key)),
    }),
    post: (url, body = {}, headers = {}) => inject({ method: 'POST', url, payload: body, headers }),
    logged: () => nodes.map((node) => node.logged()).join(''),
    async pass(ms) {
      // All nodes have the same clock.
      const end = first.clock.now + ms;
      while (first.clock.now < end) {
        first.clock.now = Math.min(first.clock.now + first.services.heartbeats.tickMs, end);
        for (const { services } of nodes) services.heartbeats.tick();
      }
      for (const { services } of nodes) await services.heartbeats.announce();
    },
    async listen() {
      const ports = await Promise.all(nodes.map(async (node) => Number((await node.listen()).split(':')[1])));
      const nextPort = rotation(ports);
      const proxy = createServer((client) => {
        const upstream = connect(nextPort(), '127.0.0.1');
        pipeline(client, upstream, client, () => {});
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      resources.defer(() => void proxy.close());
      return `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    },
    close: () => resources.disposeAsync(),
  };
}

/** @returns a function that returns the items in turn, or as drawn from the seed in GATEHOUSE_TEST_SEED. */
function rotation<T>(items: readonly T[]): () => T {
  const seed = process.env.GATEHOUSE_TEST_SEED;
  const random = randomFrom(Number(seed));
  let count = 0;
  const nextIndex = () => (seed ? Math.floor(random() * items.length) : count++ % items.length);
  return () => items[nextIndex()] as T;
}

/** The id of a settlement, published by every node. */
const SETTLEMENTS = sharedTopic<string>('settlements');

/** Waits until each node has received the events of all others, and read and saved what its jobs do. */
async function settle(nodes: readonly TestGateway[]): Promise<void> {
  const id = randomUUID();
  const received = nodes.map(({ services }) => receiveTimes(nodes.length, services.events, id));
  for (const { services } of nodes) services.events.publish(SETTLEMENTS, id);
  await Promise.all(received);
  await Promise.all(nodes.map(({ services }) => services.sessions.pollChanges()));
  await Promise.all(nodes.map(({ services }) => services.sessions.saveActivity()));
}

/** Resolves after so many events with this id. Redis keeps the order of the events of a node. */
function receiveTimes(times: number, events: Events, id: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const stop = events.subscribe(SETTLEMENTS, (received) => {
    // Null if an event was missed, which may have been one of these.
    if (received === null) count = times;
    if (received === id) count += 1;
    if (count < times) return;
    stop();
    resolve();
  });
  return promise;
}
