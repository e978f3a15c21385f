import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { openSharedState } from '../../src/adapters/open-shared-state.js';
import type { OpenedState } from '../../src/adapters/shared-state.js';
import { openApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { type Database, openDatabase } from '../../src/database/database.js';
import { entities, migrate } from '../../src/entities.js';
import { gatewayVersion } from '../../src/gateway-version.js';
import { Health, HealthComponent } from '../../src/health/health.js';
import { parseRedisUrl } from '../../src/settings/redis-url.js';
import { sharedTopic } from '../../src/streams/events.js';
import { builtInRoles } from '../../src/users/permissions.js';
import { createMigratedDatabase, type TestDatabase, withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/infrastructure/redis.js';
import { holdIntervals } from '../support/intervals.js';
import { openFolder } from '../support/server.js';

const JWT_SECRETS = 'the secret of all nodes '.repeat(2).trim();
const LONG_MS = 60_000;
const RENEW_MS = 5000;

describeWithRedis('nodes of one fleet', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let folder: string;
  let db: Database;
  const opened: OpenedState[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    folder = await openFolder();
    database = await createMigratedDatabase();
    db = await openDatabase(database.url, entities);
  });
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    for (const { close } of opened.splice(0)) await close();
  });
  afterAll(async () => {
    await db.close(true);
    await database.drop();
    await redis.stop();
  });

  const configOf = (settings: Record<string, string> = {}) => ({
    ...readConfig({ JWT_SECRETS, PORTS: '0', DATA_DIR: folder, ...settings }),
    REDIS_URL: parseRedisUrl(redis.url),
  });

  async function join(settings: Record<string, string> = {}, on = db) {
    const warnings: string[] = [];
    const health = new Health(Date.now);
    const node = await openSharedState(configOf(settings), on, {
      health,
      warn: (sentence) => warnings.push(sentence),
      tracing: null,
    });
    opened.push(node);
    return { ...node.state, warnings, health };
  }

  test('share events, leases and limits, and know how many they are', async () => {
    const one = await join();
    const other = await join();
    expect([one.limiters.nodes, other.limiters.nodes]).toEqual([1, 2]);
    await eventually(async () => one.limiters.nodes === 2);
    one.health.degrade(HealthComponent.DISK, 'The disk is full.');
    expect(other.otherNodes()).toEqual([
      { host: hostname(), version: gatewayVersion(), startedAt: one.health.startedAt, failing: [] },
    ]);
    await eventually(async () => other.otherNodes()[0]?.failing[0] === 'DISK');
    const received = new Promise((resolve) => other.events.subscribe(sharedTopic<string>('test'), resolve));
    one.events.publish(sharedTopic<string>('test'), 'hello');
    expect(await received).toBe('hello');
    expect(await one.jobLeases.acquire('test', LONG_MS)).not.toBeNull();
    expect(await other.jobLeases.acquire('test', LONG_MS)).toBeNull();
    const [limit, sameLimit] = [one, other].map(({ limiters }) =>
      limiters.create({ name: 'test', points: 1, windowSeconds: 60 }),
    );
    await limit?.consume('key');
    await expect(sameLimit?.consume('key')).rejects.toMatchObject({ consumedPoints: 2 });
  });

  test('refuse a node whose settings contradict theirs, and name those that differ', async () => {
    const first = await join();
    expect(first.warnings).toEqual([expect.stringContaining('append-only file')]);
    await expect(
      join({ HEARTBEAT_INTERVAL: '10s', JWT_SECRETS: 'another secret '.repeat(3).trim() }),
    ).rejects.toThrow('HEARTBEAT_INTERVAL and JWT_SECRETS must be the same on all nodes of a fleet.');
    // The refused node has left no entry.
    const { warnings, limiters } = await join({ TIME_ZONE: 'UTC', UPLOAD_LIMIT: '1GiB' });
    expect(limiters.nodes).toBe(2);
    expect(warnings).toContain(
      'Nodes differ in TIME_ZONE and UPLOAD_LIMIT, so that answers depend on the node.',
    );
  });

  test('accept a node beside one of a newer version, whose entry they cannot read', async () => {
    const { client, close } = await redis.connect();
    const entries = { renamed: '["HEARTBEAT_INTERVAL"]', extended: '{"HEARTBEAT_INTERVAL":{"unit":"s"}}' };
    for (const [node, settings] of Object.entries(entries)) {
      await client.hset('gatehouse:{nodes}:settings', node, settings);
    }
    const state = await join();
    expect(state.limiters.nodes).toBe(3);
    expect(['SIGNING_KEYS', 'PASSKEY_DOMAIN', 'DATA_DIR'].filter(state.everyNodeKnows)).toEqual([]);
    await client.hdel('gatehouse:{nodes}:settings', ...Object.keys(entries));
    close();
  });

  test('refuse a node of another fleet, which would mix its data with theirs', async () => {
    await join();
    const stranger = await createMigratedDatabase();
    await withClient(stranger.url, (client) => client.query('update fleet set fleet_id = gen_random_uuid()'));
    const strangerDb = await openDatabase(stranger.url, entities);
    await expect(join({}, strangerDb)).rejects.toThrow('Redis has the data of another fleet: ');
    await strangerDb.close(true);
    await stranger.drop();
  });

  test('refuse a node with a data folder of its own, unless packages are elsewhere', async () => {
    await join();
    const DATA_DIR = await openFolder();
    await expect(join({ DATA_DIR })).rejects.toThrow(
      'DATA_DIR must be a folder that all nodes of a fleet share, unless STORAGE_URL keeps packages in S3.',
    );
    for (const { close } of opened.splice(0)) await close();
    await join({ STORAGE_URL: 's3://packages' });
    await join({ STORAGE_URL: 's3://packages', DATA_DIR });
  });

  test('refuse a node whose clock is wrong', async () => {
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 10_000);
    await expect(join()).rejects.toThrow(
      /^The clock of this host is \d+\.\d seconds ahead of that of Redis: /,
    );
  });

  test('notice when a clock becomes wrong, and when it is right again', async () => {
    holdIntervals();
    const { health } = await join();
    const problems = () => {
      jest.advanceTimersByTime(RENEW_MS);
      return health.problems;
    };
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 10_000);
    await eventually(async () => problems().length > 0);
    expect(health.problems).toMatchObject([
      {
        component: 'CLOCK',
        reason: expect.stringMatching(/^The clock of this host is \d+\.\d seconds behind /),
      },
    ]);
    clock.mockRestore();
    await eventually(async () => problems().length === 0);
  });

  test('keep what a newer version has migrated and permitted when an older one starts again', async () => {
    const em = db.em.fork();
    await em.execute(`insert into migrations (name) values ('20991231-newer')`);
    await em.execute(`update roles set permissions = permissions || '{fleet:fly}' where code = 'PUBLISHER'`);
    expect(await migrate(db)).toEqual([]);
    const [role] = await em.execute<{ permissions: string[] }[]>(
      `select permissions from roles where code = 'PUBLISHER'`,
    );
    expect(role?.permissions).toEqual([...builtInRoles.PUBLISHER.permissions, 'fleet:fly']);
    await em.execute(`delete from migrations where name = '20991231-newer'`);
  });

  test('hold the lock of the database together', async () => {
    const nodes = [new AsyncDisposableStack(), new AsyncDisposableStack()];
    for (const resources of nodes) {
      const config = configOf({ DATABASE_URL: database.url, LOG_LEVEL: 'fatal' });
      await openApp(config, resources, { info: () => {}, onFatal: () => {} }, null);
    }
    const locks = await db.em.execute<{ mode: string }[]>(
      `select mode from pg_locks where locktype = 'advisory' and objid = 7284112 and granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(locks).toEqual([{ mode: 'ShareLock' }, { mode: 'ShareLock' }]);
    for (const resources of nodes) await resources.disposeAsync();
  });
});
