import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { bmsSessionPolicy } from '../../../src/legacy/bms/session-policy.js';
import { teacherSessionPolicy } from '../../../src/legacy/teacher/session-policy.js';
import type { Caller } from '../../../src/sessions/caller.js';
import { callerOf, openSession } from '../../support/callers.js';
import { connect, type Watch, watch } from '../../support/clients/live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';

let gateway: TestGateway;
let host: string;
let client: Client;
let bms: Caller;
let teacher: Caller;
let opened: Watch<op.DeviceStatusSubscription>[] = [];
let devices = 0;
let clientId: string;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'fleet' });
  const { accessToken } = await openSession(gateway, 'fleet', bmsSessionPolicy);
  bms = await callerOf(gateway, accessToken);
  teacher = await callerOf(gateway, (await openSession(gateway, 'fleet', teacherSessionPolicy)).accessToken);
  client = connect(host, accessToken);
});
afterAll(async () => {
  await client.dispose();
  await gateway.close();
});
beforeEach(() => {
  devices += 1;
  clientId = `device-${devices}`;
});
afterEach(async () => {
  for (const events of opened) await events.stop();
  opened = [];
});

/** A subscription that has received its snapshot. @returns the next events as text, and the latest cursor. */
async function follow(filter: op.DeviceFilter, since?: string) {
  const events = watch(client, op.DeviceStatusDocument, { filter, since: since ?? null });
  opened.push(events);
  let cursor = since ?? '';
  const next = async () => {
    const status = (await events.next())?.deviceStatus;
    cursor = status?.cursor ?? cursor;
    return `${status?.kind} ${status?.device?.online ?? ''}`.trim();
  };
  if (since === undefined) expect(await next()).toBe('SNAPSHOT');
  return { next, cursor: () => cursor };
}

/** A heartbeat that reports a version, a name, or both. */
const beat = async (report: { clientVersion?: string; name?: string } = {}, caller = bms) => {
  const { clientVersion = null, name = null } = report;
  await gateway.services.heartbeats.beat(caller, { clientId, name, clientVersion });
};
const announce = () => gateway.services.heartbeats.announce();
/** Takes all devices offline. */
const silence = () => gateway.pass(3_600_000);

describe('a device that changes while it is online', () => {
  test('leaves the filter of its old version, and enters that of its new one', async () => {
    await beat({ clientVersion: '1' });
    await announce();
    const [old, latest, all] = await Promise.all([
      follow({ clientVersion: '1' }),
      follow({ clientVersion: '2' }),
      follow({}),
    ]);
    await beat({ clientVersion: '2' });
    await announce();
    expect(await old.next()).toBe('LEFT true');
    expect(await latest.next()).toBe('ENTERED true');
    await silence();
    expect(await latest.next()).toBe('OFFLINE false');
    expect(await all.next()).toBe('OFFLINE false');
  });

  test('leaves the search for its old name, and enters that for its new one', async () => {
    await beat({ name: 'lobby' });
    await announce();
    const [lobby, roof] = await Promise.all([follow({ search: 'LOBBY' }), follow({ search: 'roof' })]);
    await beat({ name: 'roof' });
    await announce();
    expect([await lobby.next(), await roof.next()]).toEqual(['LEFT true', 'ENTERED true']);
    await silence();
  });

  test('leaves the filter of an API when a session of another API takes over, also one that beat for it before', async () => {
    await beat();
    await announce();
    const [old, latest] = await Promise.all([follow({ api: 'BMS' }), follow({ api: 'TEACHER' })]);
    await beat({}, teacher);
    await announce();
    expect([await old.next(), await latest.next()]).toEqual(['LEFT true', 'ENTERED true']);
    await beat();
    await announce();
    expect([await old.next(), await latest.next()]).toEqual(['ENTERED true', 'LEFT true']);
    await silence();
  });

  test('is reported in order when it changes, goes offline and changes back in one tick', async () => {
    await beat({ clientVersion: '1' });
    await announce();
    const events = await follow({ clientVersion: '1' });
    await beat({ clientVersion: '2' });
    await beat({ clientVersion: '1' });
    await silence();
    await beat({ clientVersion: '3' });
    await announce();
    const seen = [await events.next(), await events.next(), await events.next()];
    expect(seen).toEqual(['LEFT true', 'ENTERED true', 'OFFLINE false']);
    await silence();
  });
});

test('a device enters and leaves a search when the names of its owner change', async () => {
  const rename = (nickname: string) => gateway.services.users.updateProfile(bms.user.id, { nickname });
  await rename('Ada');
  await beat({ name: 'desk' });
  await announce();
  const [ada, grace, desk] = await Promise.all(['ada', 'grace', 'desk'].map((search) => follow({ search })));
  await rename('Eve');
  await rename('Grace');
  await announce();
  expect([await ada?.next(), await grace?.next()]).toEqual(['LEFT true', 'ENTERED true']);
  const away = await follow({ search: 'grace' }, grace?.cursor());
  await rename('Ada');
  await announce();
  expect([await ada?.next(), await grace?.next()]).toEqual(['ENTERED true', 'LEFT true']);
  expect(await away.next()).toBe('LEFT true');
  await silence();
  expect([await ada?.next(), await desk?.next()]).toEqual(['OFFLINE false', 'OFFLINE false']);
});

test('a device that changes while it is offline is reported once it is online', async () => {
  await beat({ clientVersion: '1' });
  await silence();
  const [old, latest] = await Promise.all([follow({ clientVersion: '1' }), follow({ clientVersion: '2' })]);
  await beat({ clientVersion: '2' });
  await announce();
  expect(await latest.next()).toBe('ONLINE true');
  await beat({ clientVersion: '1' });
  await announce();
  expect(await old.next()).toBe('ENTERED true');
  await silence();
});

test('a subscriber that was away receives the same events as one that was not', async () => {
  const [present, away] = await Promise.all([follow({ clientVersion: '1' }), follow({ clientVersion: '1' })]);
  await opened.pop()?.stop();
  await beat({ clientVersion: '1' });
  await beat({ clientVersion: '2' });
  await beat({ clientVersion: '1' });
  await silence();
  await beat({ clientVersion: '2' });
  await announce();
  const kinds = ['ONLINE true', 'LEFT true', 'ENTERED true', 'OFFLINE false'];
  const again = await follow({ clientVersion: '1' }, away.cursor());
  for (const kind of kinds) expect([await present.next(), await again.next()]).toEqual([kind, kind]);
  await silence();
});
