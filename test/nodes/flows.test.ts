import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSharedState } from '../../src/adapters/open-shared-state.js';
import type { OpenedState } from '../../src/adapters/shared-state.js';
import { readConfig } from '../../src/config.js';
import { type Database, openDatabase } from '../../src/database/database.js';
import { HeartbeatStream } from '../../src/devices/live/heartbeat-stream.js';
import { entities } from '../../src/entities.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { Health } from '../../src/health/health.js';
import { parseRedisUrl } from '../../src/settings/redis-url.js';
import { ANONYMOUS, callerOf, createCallers, openSession } from '../support/callers.js';
import { ask, refusal } from '../support/clients/client.js';
import { createMigratedDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { createClock, startGateway, type TestGateway } from '../support/gateway.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/infrastructure/redis.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { publishRelease } from '../support/releases.js';
import { openFolder } from '../support/server.js';

describeWithRedis('what one node does, another one knows', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let db: Database;
  const opened: (OpenedState & { readonly health: Health })[] = [];
  let here: TestGateway;
  let there: TestGateway;
  beforeAll(async () => {
    redis = await startRedis();
    database = await createMigratedDatabase();
    db = await openDatabase(database.url, entities);
    const config = { ...readConfig({ DATA_DIR: await openFolder() }), REDIS_URL: parseRedisUrl(redis.url) };
    for (const _node of ['here', 'there']) {
      const health = new Health(Date.now);
      opened.push({
        ...(await openSharedState(config, db, { health, warn: () => {}, tracing: null })),
        health,
      });
    }
    const clock = createClock();
    // No job runs: only events reach the other node.
    const start = (node: number) =>
      startGateway({}, { databaseUrl: database.url, clock }, opened[node]?.state, opened[node]?.health);
    [here, there] = [await start(0), await start(1)];
    await createCallers(here);
  });
  afterAll(async () => {
    for (const gateway of [here, there]) await gateway.close();
    for (const { close } of opened) await close();
    await db.close(true);
    await database.drop();
    await redis.stop();
  });

  const thereAs = (token: string) => there.services.sessions.authenticate(token);

  test('the set-up link', async () => {
    const token = async (node: TestGateway) => new URL(await node.services.setupLink.url('http://a')).search;
    expect(await token(there)).toBe(await token(here));
    const given = (await token(here)).slice('?token='.length);
    const redeemed = there.services.setupLink.redeem(given, 'other', PASSWORD, ANONYMOUS);
    // The link is good, though there is an administrator already.
    await expect(redeemed).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a revoked session', async () => {
    const { session, accessToken } = await openSession(here, 'max', graphqlSessionPolicy);
    expect(await thereAs(accessToken)).not.toBeNull();
    await here.services.sessions.endings.revoke(session.user.id, session.id);
    await eventually(async () => (await thereAs(accessToken)) === null);
  });

  test('roles that were changed', async () => {
    const { user, accessToken } = await openSession(here, 'nia', graphqlSessionPolicy);
    expect((await thereAs(accessToken))?.permissions.has('releases:publish')).toBe(false);
    await here.services.administration.setRoles(user.id, ['PUBLISHER'], ANONYMOUS);
    await eventually(async () => (await thereAs(accessToken))?.permissions.has('releases:publish') === true);
  });

  test('a published release', async () => {
    const newest = async () => (await there.services.newestRelease.newerThan(null, 'stable'))?.version;
    expect(await newest()).toBeUndefined();
    await publishRelease(here, '1.0.0');
    await eventually(async () => (await newest()) === '1.0.0');
  });

  test('a scan ticket that was claimed', async () => {
    const client = { address: '192.0.2.1', deviceId: 'phone', version: null, model: null };
    const { ticket } = await here.services.scanTickets.issue('phone', client);
    const stream = await there.services.scanTickets.watch(ticket, 'phone');
    const appended = new Promise<void>((resolve) => stream.onAppend(resolve));
    const { accessToken } = await openSession(here, 'max', graphqlSessionPolicy);
    await here.services.scanTickets.claim(ticket, await callerOf(here, accessToken));
    await appended;
  });

  test('heartbeats, for subscribers who may see the devices', async () => {
    const signIn = async (node: TestGateway, username: string) =>
      callerOf(node, (await openSession(node, username, graphqlSessionPolicy)).accessToken);
    const devices = [
      { owner: await signIn(here, 'max'), clientId: 'television' },
      { owner: await signIn(here, 'nia'), clientId: 'radio' },
    ];
    const follow = async (username: string) => {
      const stream = new HeartbeatStream(there.services, await signIn(there, username), {});
      const unfollow = stream.onAppend(() => {});
      const { offset } = await stream.open();
      const read = async () => {
        const { publications } = await stream.since(offset);
        return publications.flatMap(({ event }) => event.map(({ device }) => device.clientId)).sort();
      };
      return { read, unfollow };
    };
    const [administrator, member] = [await follow('root'), await follow('max')];
    await eventually(async () => {
      for (const { owner, clientId } of devices) {
        await here.services.heartbeats.beat(owner, { clientId, name: null, clientVersion: null });
      }
      return (await administrator.read()).length === devices.length;
    });
    expect(await administrator.read()).toEqual(['radio', 'television']);
    expect(await member.read()).toEqual(['television']);
    for (const { unfollow } of [administrator, member]) unfollow();
  });

  test('failed logins', async () => {
    const input = { username: 'root', password: 'wrong password' };
    const codes = [];
    for (let attempt = 0; attempt < 11; attempt++) {
      codes.push(await refusal(attempt % 2 ? here : there, op.LoginDocument, { input }));
    }
    expect(codes).toEqual([...Array(10).fill('BAD_CREDENTIALS'), 'CAPTCHA_REQUIRED']);
  });

  test('all of it again, after Redis has hung, while people still log in', async () => {
    const { user, accessToken } = await openSession(here, 'pia', graphqlSessionPolicy);
    expect((await thereAs(accessToken))?.permissions.has('users:manage')).toBe(false);
    redis.pause();
    const input = { username: 'pia', password: PASSWORD };
    for (const node of [here, there]) {
      expect((await ask(node, op.LoginDocument, { input })).login.accessToken).toBeTruthy();
    }
    await here.services.administration.setRoles(user.id, ['ADMIN'], ANONYMOUS);
    await eventually(async () => (await there.app.inject('/health/ready')).body.includes('degraded'));
    const ready = await there.app.inject('/health/ready');
    const problem = { component: 'REDIS', reason: 'Redis does not answer.', since: expect.any(String) };
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'degraded', problems: [problem] }]);
    const { accessToken: root } = await openSession(there, 'root', graphqlSessionPolicy);
    expect((await ask(there, op.PresenceSummaryDocument, {}, root)).health).toEqual({ problems: [problem] });
    redis.resume();
    await eventually(async () => (await thereAs(accessToken))?.permissions.has('users:manage') === true);
    await eventually(async () => (await there.app.inject('/health/ready')).body === '{"status":"ok"}');
  });
});
