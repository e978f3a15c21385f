import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstRows } from '../../src/database/queries/page.js';
import { amongFew, inTable } from '../../src/database/queries/search.js';
import { Device } from '../../src/devices/device.entity.js';
import { type DeviceFilter, selectDevices } from '../../src/devices/device-filter.js';
import { deviceOrder } from '../../src/devices/device-order.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { Caller } from '../../src/sessions/caller.js';
import { callerOf, openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

/** Letters whose case is folded differently by locales and by JavaScript, wildcards, and texts without a case. */
const TRICKY = [...'aAiIıİßẞσΣςkK\u212asſéÉßǆǅǄжЖ京𐐀𐐨%_\\^$.*+?()[]{}|- 1\n\t', 'e\u0301', '\ud83d\ude00'];
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...TRICKY), maxLength }),
    fc.string({ unit: 'grapheme', maxLength }).filter((generated) => !generated.includes('\0')),
  );
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 2 });

let gateway: TestGateway;
let callers: Caller[];
let inserted: Device[];

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'], name: 'Liesel' });
  await gateway.createUser({ username: 'member', nickname: '李强', phone: '13800000091' });
  callers = await Promise.all(
    ['root', 'member'].map(async (name) => {
      const { accessToken } = await openSession(gateway, name, graphqlSessionPolicy);
      return callerOf(gateway, accessToken);
    }),
  );
  inserted = await insertDevices();
});
afterAll(() => gateway.close());

async function insertDevices(): Promise<Device[]> {
  const seen = new Date(gateway.clock.now);
  const device = fc.record({
    user: fc.constantFrom(...callers.map(({ user }) => user.id)),
    name: maybe(text(8)),
    api: fc.constantFrom('graphql', 'bms'),
    clientVersion: maybe(fc.constantFrom('', '1.0', '1.0 ')),
    online: fc.boolean(),
    displayName: maybe(text(8)),
    tags: fc.constantFrom<string[]>([], ['null'], ['site:北京', 'spare'], ['spare']),
    channel: fc.constantFrom('stable', 'beta'),
    retiredAt: fc.constantFrom(null, null, seen),
    firstSeenAt: fc.constant(seen),
    lastSeenAt: fc.constant(seen),
  });
  const generated = fc.sample(device, { numRuns: 200, seed: 1 });
  const clientIds = fc.sample(maybe(text(6)), { numRuns: 200, seed: 2 });
  const em = gateway.services.db.em.fork();
  // The index keeps the ids apart, within their users.
  const rows = generated.map((row, at) => ({
    ...row,
    clientId: clientIds[at] ? `${clientIds[at]}${at}` : null,
  }));
  await em.insertMany(Device, rows);
  return em.find(Device, {}, { orderBy: { id: 'asc' }, populate: ['user'] });
}

/** Part of a name or client id that there is, in another case. */
const partOfAName = () =>
  fc
    .tuple(fc.nat(), fc.nat(8), fc.nat(8), fc.constantFrom('toUpperCase', 'toLowerCase', 'normalize'))
    .map(([at, from, length, change]) => {
      const { name, clientId, displayName } = inserted[at % inserted.length] ?? {};
      return [...([name, clientId, displayName][at % 3] ?? '')]
        .slice(from, from + length)
        .join('')
        [change]();
    });

const filters = (): fc.Arbitrary<DeviceFilter> =>
  fc.record({
    ids: maybe(fc.array(fc.oneof(fc.constantFrom(...inserted.map(({ id }) => id)), fc.constant(0)))),
    userId: maybe(fc.constantFrom(...callers.map(({ user }) => user.id), 0)),
    online: maybe(fc.boolean()),
    api: maybe(fc.constantFrom('graphql', 'bms')),
    clientVersion: maybe(fc.constantFrom('', '1.0', '2.0')),
    channel: maybe(fc.constantFrom('stable', 'beta', 'gamma')),
    retired: fc.constantFrom(undefined, null, true, false),
    tags: maybe(fc.constantFrom([], ['NULL'], [' Spare'], ['spare', 'site:北京'], ['no tag'])),
    search: maybe(
      fc.oneof(partOfAName(), text(3), fc.constantFrom('LIESEL', '李', '0009', 'oo', 'SPARE', '北京', 'nul')),
    ),
  });

test('a filter selects the same devices in memory as in the database', async () => {
  await fc.assert(
    fc.asyncProperty(filters(), fc.constantFrom(...callers), async (filter, caller) => {
      const selection = selectDevices(caller, filter);
      const { matches, mayMatch } = selection;
      const em = gateway.services.db.em.fork();
      const inDatabase = await em.find(Device, amongFew(selection), { orderBy: { id: 'asc' } });
      const byIndex = await em.find(Device, inTable(selection), { orderBy: { id: 'asc' } });
      expect(byIndex.map(({ id }) => id)).toEqual(inDatabase.map(({ id }) => id));
      expect(inserted.filter(matches).map(({ id }) => id)).toEqual(inDatabase.map(({ id }) => id));
      expect(inDatabase.filter(({ id, user }) => !mayMatch(id, user.id))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test.each(['MEMBER', '李强', '0000091', '13800000091'])(
  'a search for %s finds the devices of that owner',
  async (search) => {
    const [root, member] = callers;
    if (!root || !member) throw new Error('There is no caller.');
    const { heartbeats, devices } = gateway.services;
    const id = await heartbeats.beat(member, { clientId: randomUUID(), name: null, clientVersion: null });
    const other = await heartbeats.beat(root, { clientId: randomUUID(), name: null, clientVersion: null });
    const filter = { search, ids: [id, other] };
    const page = await devices.list(root, filter, firstRows(['id'], deviceOrder(), 10));
    expect(page.rows.map((device) => device.id)).toEqual([id]);
    expect(await devices.count(root, filter)).toBe(1);
    expect(await devices.summary(root, filter)).toMatchObject({ total: 1 });
    const live = (await devices.findCached([id, other])).filter(selectDevices(root, filter).matches);
    expect(live.map((device) => device.id)).toEqual([id]);
    expect(
      (await devices.list(root, { ...filter, search: '李强不' }, firstRows(['id'], deviceOrder(), 10))).rows,
    ).toEqual([]);
  },
);

const found = [
  ['STRAẞE', 'straße'],
  ['istanbul', 'İSTANBUL'],
  ['ΟΔΟΣ', 'οδος'],
  ['50%', '50% off'],
  ['a\\', 'A\\B'],
  ['北京', '在北京市'],
] as const;
const notFound = [
  ['STRASSE', 'straße'],
  ['5_%', '50%'],
  ['x'.repeat(100_000), 'x'],
] as const;
test.each([
  ...found.map(([search, name]) => ({ search, name, count: 1 })),
  ...notFound.map(([search, name]) => ({ search, name, count: 0 })),
])('a search finds the same in lists and live: $count of $name', async ({ search, name, count }) => {
  const [root] = callers;
  if (!root) throw new Error('There is no caller.');
  const { heartbeats, devices } = gateway.services;
  const id = await heartbeats.beat(root, { clientId: randomUUID(), name, clientVersion: null });
  const filter = { search, ids: [id] };
  expect((await devices.list(root, filter, firstRows(['id'], deviceOrder(), 1))).rows).toHaveLength(count);
  const live = (await devices.findCached([id])).filter(selectDevices(root, filter).matches);
  expect(live).toHaveLength(count);
});
