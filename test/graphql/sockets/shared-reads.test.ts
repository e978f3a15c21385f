import type { IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { callerOf, openSession } from '../../support/callers.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { publishRelease } from '../../support/releases.js';

const SUBSCRIBERS = 30;
let gateway: TestGateway;
let host: string;
let token: string;

beforeAll(async () => {
  gateway = await startGateway({ LIVE_SOCKETS_PER_ADDRESS: '1000', LIVE_SOCKETS_PER_USER: '1000' });
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  token = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
});
afterAll(() => gateway.close());

/** Sockets with a subscription each, all of different documents, after their first events. */
async function subscribe(document: (alias: string) => string, firstEvents: number, by?: string) {
  const lives = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => RawLive.open(host, by)));
  for (const [at, live] of lives.entries()) {
    live.subscribe('s', document(`alias${at}`));
    for (let event = 0; event < firstEvents; event++) await live.next();
    await live.settle();
  }
  return lives;
}

/** The statements until each subscriber has received one more message. */
async function statementsUntilNext(lives: RawLive[], change: () => Promise<unknown>): Promise<string[]> {
  const execute = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  await change();
  for (const live of lives) expect(await live.next()).toContain('"next"');
  const statements = execute.mock.calls.map(([sql]) => String(sql));
  execute.mockRestore();
  return statements;
}

test('a change of a scan ticket is read once for all its subscribers, whatever they select', async () => {
  const { scanTickets } = gateway.services;
  const client = { address: '::1', deviceId: 'tv', version: null, model: null };
  const { ticket } = await scanTickets.issue('tv', client);
  const lives = await subscribe(
    (alias) => `subscription { scanTicket(ticket: "${ticket}", deviceId: "tv") { ${alias}: state } }`,
    1,
  );
  const caller = await callerOf(gateway, token);
  const claim = () => scanTickets.claim(ticket, caller);
  const approve = () => scanTickets.decide(ticket, caller, true);
  const claimed = await statementsUntilNext(lives, claim);
  const approved = await statementsUntilNext(lives, approve);
  // The change itself, and one read for its answer and the subscribers.
  expect([claimed.length, approved.length]).toEqual([2, 2]);
  await Promise.all(lives.map((live) => live.close()));
});

test('a release is read once for all subscribers of its channel, whatever they select', async () => {
  const publish = (version: string) => publishRelease(gateway, version);
  await publish('1');
  const alone = await statementsUntilNext([], () => publish('2'));
  const lives = await subscribe(
    (alias) => `subscription { releasePublished(channel: "stable") { ${alias}: cursor } }`,
    0,
    token,
  );
  // By then, all of them have opened their subscriptions.
  await statementsUntilNext(lives, () => publish('3'));
  const watched = await statementsUntilNext(lives, () => publish('4'));
  expect(watched).toHaveLength(alone.length + 1);
  await Promise.all(lives.map((live) => live.close()));
});

test("heartbeats of a member's devices are read once, and then cost no query", async () => {
  const { heartbeats } = gateway.services;
  await gateway.createUser({ username: 'member' });
  const { accessToken } = await openSession(gateway, 'member', graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const beat = async () => {
    for (const clientId of ['a', 'b', 'c']) {
      await heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
    }
    await heartbeats.announce();
  };
  await beat();
  const lives = await subscribe(
    (alias) => `subscription { heartbeats { ${alias}: at device { id user { id login } } } }`,
    0,
    accessToken,
  );
  // The devices with their owner.
  expect(await statementsUntilNext(lives, beat)).toHaveLength(1);
  expect(await statementsUntilNext(lives, beat)).toEqual([]);
  expect(await statementsUntilNext(lives, beat)).toEqual([]);
  await Promise.all(lives.map((live) => live.close()));
});

test('an idle subscriber takes less than 21 KB with its client, and its upgrade request leaves memory', async () => {
  setFlagsFromString('--expose_gc');
  const collect: () => void = runInNewContext('gc');
  const requests: WeakRef<IncomingMessage>[] = [];
  const { handleUpgrade } = WebSocketServer.prototype;
  WebSocketServer.prototype.handleUpgrade = function (request, ...rest) {
    requests.push(new WeakRef(request));
    handleUpgrade.call(this, request, ...rest);
  };
  const lives: RawLive[] = [];
  const heapAfter = async (sockets: number) => {
    while (lives.length < sockets) {
      const document = 'subscription { releasePublished { cursor } }';
      lives.push(...(await subscribe(() => document, 0, token)));
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await heapAfter(SUBSCRIBERS);
  const after = await heapAfter(11 * SUBSCRIBERS);
  WebSocketServer.prototype.handleUpgrade = handleUpgrade;
  expect((after - before) / (10 * SUBSCRIBERS)).toBeLessThan(21_000);
  expect(requests.filter((request) => request.deref())).toEqual([]);
  await Promise.all(lives.map((live) => live.close()));
});
