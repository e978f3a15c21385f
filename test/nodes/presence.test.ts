import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSharedState } from '../../src/adapters/open-shared-state.js';
import type { OpenedState } from '../../src/adapters/shared-state.js';
import { readConfig } from '../../src/config.js';
import { type Database, openDatabase } from '../../src/database/database.js';
import { HistoryRange } from '../../src/devices/history/fleet-history.js';
import { entities } from '../../src/entities.js';
import { Health } from '../../src/health/health.js';
import { parseRedisUrl } from '../../src/settings/redis-url.js';
import { callerOf } from '../support/callers.js';
import { connect, watch } from '../support/clients/live.js';
import { createMigratedDatabase, type TestDatabase } from '../support/database.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/infrastructure/redis.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

describeWithRedis('the presence of a fleet', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let db: Database;
  const opened: OpenedState[] = [];
  const nodes: TestGateway[] = [];
  const warnings: string[] = [];
  const clock = {
    now: Date.now(),
    advance(ms: number) {
      this.now += ms;
    },
  };

  async function startNode(): Promise<TestGateway> {
    const config = { ...readConfig({}), REDIS_URL: parseRedisUrl(redis.url) };
    const state = await openSharedState(config, db, {
      health: new Health(Date.now),
      warn: (sentence) => warnings.push(sentence),
      tracing: null,
    });
    opened.push(state);
    const node = await startGateway({}, { databaseUrl: database.url, clock }, state.state);
    nodes.push(node);
    return node;
  }

  beforeAll(async () => {
    redis = await startRedis();
    database = await createMigratedDatabase();
    db = await openDatabase(database.url, entities);
    for (let node = 0; node < 2; node++) await startNode();
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    for (const { close } of opened) await close();
    await db.close(true);
    await database.drop();
    await redis.stop();
  });

  const ticks = async () => {
    for (const { services } of nodes) await services.heartbeats.tick();
    for (const { services } of nodes) await services.heartbeats.tick();
  };

  test('a device that beats on one node is online on all of them, and in the database', async () => {
    const [here, there] = nodes as [TestGateway, TestGateway];
    await here.createUser({ username: 'fleet', password: PASSWORD });
    const query = new URLSearchParams({ username: 'fleet', password: PASSWORD, device: 'm', version: '1' });
    const token = (await here.post(`/sys/login-phone?${query}`)).json().data.access_token;
    const caller = await callerOf(here, token);
    const id = await here.services.heartbeats.beat(caller, {
      clientId: 'one',
      name: null,
      clientVersion: null,
    });
    await ticks();
    expect([here, there].map(({ services }) => services.heartbeats.isOnline(id))).toEqual([true, true]);
    await there.services.heartbeats.saveTransitions();
    const history = () =>
      db.em.fork().execute('select online, reason from presence_events where device_id = ?', [id]);
    expect(await history()).toEqual([{ online: true, reason: null }]);
    await here.services.sessions.endings.revoke(caller.user.id, caller.sessionId);
    await ticks();
    expect([here, there].map(({ services }) => services.heartbeats.isOnline(id))).toEqual([false, false]);
    await there.services.heartbeats.saveTransitions();
    expect(await history()).toEqual([
      { online: true, reason: null },
      { online: false, reason: 'REVOKED' },
    ]);
  });

  test('the history of the fleet has the heartbeats of all nodes, and counts the devices once', async () => {
    const [here, there] = nodes as [TestGateway, TestGateway];
    await here.createUser({ username: 'counted', password: PASSWORD });
    const query = new URLSearchParams({ username: 'counted', password: PASSWORD, device: 'm', version: '1' });
    const token = (await here.post(`/sys/login-phone?${query}`)).json().data.access_token;
    // The start of a minute, so that no heartbeat counts for the minute before.
    clock.advance(60_000 - (clock.now % 60_000));
    const sampled = async () => {
      for (const node of [here, there]) await node.services.fleetSampler.sample();
      const histories = [here, there].map(({ services }) => services.fleetHistory.read(HistoryRange.HOUR));
      return (await Promise.all(histories)).map(({ points }) => points.at(-1));
    };
    const [before] = await sampled();
    clock.advance(10_000);
    for (const node of [here, there, there]) {
      await node.post('/api/heart/check', {}, { authorization: `Bearer ${token}`, 'x-device-id': 'counted' });
    }
    await ticks();
    const counted = { heartbeats: (before?.heartbeats ?? 0) + 3, onlineMin: 0, onlineMax: 1 };
    expect(await sampled()).toMatchObject([counted, counted]);
  });

  test('subscribers start again when Redis has lost its data, and no device goes offline', async () => {
    const [here, there] = nodes as [TestGateway, TestGateway];
    await here.createUser({ username: 'lost', password: PASSWORD });
    const query = new URLSearchParams({ username: 'lost', password: PASSWORD, device: 'm', version: '1' });
    const token = (await here.post(`/sys/login-phone?${query}`)).json().data.access_token;
    const caller = await callerOf(here, token);
    const report = { clientId: 'kept', name: null, clientVersion: null };
    const id = await here.services.heartbeats.beat(caller, report);
    await there.services.heartbeats.saveTransitions();
    await ticks();
    const client = connect(await there.listen(), token);
    const events = watch(client, op.DeviceStatusDocument, {});
    const next = async () => (await events.next())?.deviceStatus;
    expect(await next()).toMatchObject({ kind: 'SNAPSHOT', devices: [{ online: true }] });
    const { client: direct, close } = await redis.connect();
    await direct.flushall();
    close();
    // One node finds the epoch ended, one starts another one, and each joins it.
    for (let round = 0; round < 3; round++) await ticks();
    expect(await next()).toMatchObject({ kind: 'RESET' });
    expect(await next()).toMatchObject({ kind: 'SNAPSHOT', devices: [{ online: true }] });
    expect(nodes.map(({ services }) => services.heartbeats.isOnline(id))).toEqual([true, true]);
    expect(warnings.filter((sentence) => sentence.startsWith('Redis has lost data'))).toHaveLength(1);
    await client.dispose();
  });
});
