import { expect, test } from '@jest/globals';
import type { MachineFragment } from '../../../../src/dashboard/app/generated/graphql.js';
import { DeviceTable, type Listing } from '../../../../src/dashboard/app/views/fleet/live/device-table.js';

const device = (id: string, changes: Partial<MachineFragment> = {}): MachineFragment => ({
  id,
  displayName: null,
  tags: [],
  channel: 'stable',
  ownIntervalSeconds: null,
  clientId: null,
  name: `Gate ${id}`,
  api: 'GRAPHQL',
  clientVersion: '1.0',
  online: true,
  firstSeenAt: '2026-01-01T00:00:00Z',
  lastSeenAt: '2026-01-01T00:00:00Z',
  user: { id: 'user_1', username: 'ada', phone: null, name: null, nickname: null },
  ...changes,
});

const beat = (id: string, clientVersion: string) => ({
  device: { id, clientVersion },
  at: '2026-01-02T00:00:00Z',
});

/** A table whose list was loaded. */
function tableOf(devices: readonly MachineFragment[], listing: Partial<Listing> = {}): DeviceTable {
  const table = new DeviceTable();
  table.begin({ order: 'name', presence: 'all', ...listing });
  table.add(devices);
  table.end(false);
  return table;
}

test('keeps the order of the gateway, over several pages', () => {
  const table = tableOf([device('2'), device('9')]);
  table.add([device('1'), device('9')]);
  expect(table.select()).toEqual(['2', '9', '1']);
});

test('a device that an event adds is in front until the list is sorted again', () => {
  const table = tableOf([device('1'), device('3')]);
  table.applyStatus(device('2'));
  expect(table.select()).toEqual(['2', '1', '3']);
  expect(table.isOutdated).toBe(true);
  table.beginAgain();
  table.sortAgain([device('1'), device('2'), device('3')]);
  expect(table.select()).toEqual(['1', '2', '3']);
  expect(table.isOutdated).toBe(false);
});

test('a device that an event adds while the list loads gets its place with its page', () => {
  const table = new DeviceTable();
  table.begin({ order: 'name', presence: 'all' });
  table.add([device('1')]);
  table.applyStatus(device('3', { clientVersion: '2.0' }));
  table.add([device('2'), device('3')]);
  expect(table.select()).toEqual(['1', '2', '3']);
  expect(table.row('3')?.device.clientVersion).toBe('2.0');
});

test('of a list that was loaded in part, events change the listed devices alone', () => {
  const table = tableOf([device('1'), device('2')]);
  table.applyStatus(device('3'));
  table.end(true);
  expect(table.select()).toEqual(['1', '2']);
  table.applyStatus(device('4'));
  expect(table.select()).toEqual(['1', '2']);
  table.sortAgain([device('4'), device('1')]);
  expect(table.select()).toEqual(['4', '1']);
});

test.each([
  ['name', { displayName: 'Door' }],
  ['version', { clientVersion: '2.0' }],
  ['silent', { online: false }],
  ['owner', { user: { ...device('').user, id: 'user_2' } }],
] as const)('the order by %s is outdated by %j, not by other changes', (order, changes) => {
  const table = tableOf([device('1'), device('2')], { order });
  table.applyStatus(device('1', { channel: 'beta' }));
  table.applyHeartbeat(beat('1', '1.0'));
  expect(table.isOutdated).toBe(false);
  table.applyStatus(device('1', { channel: 'beta', ...changes }));
  expect(table.isOutdated).toBe(true);
});

test('a heartbeat with another version outdates the order by version', () => {
  const table = tableOf([device('1')], { order: 'version' });
  table.applyHeartbeat(beat('1', '1.1'));
  expect(table.isOutdated).toBe(true);
});

test('a device that left while the list was sorted again stays away', () => {
  const table = tableOf([device('1'), device('2')]);
  table.beginAgain();
  table.remove('2');
  table.sortAgain([device('2'), device('1')]);
  expect(table.select()).toEqual(['1']);
});

test('lists devices of one presence, as they come and go', () => {
  const table = tableOf([device('1', { online: false })], { presence: 'offline' });
  table.applyStatus(device('2'));
  expect(table.select()).toEqual(['1']);
  table.applyStatus(device('2', { online: false }));
  expect(table.select()).toEqual(['2', '1']);
  table.applyStatus(device('1'));
  expect(table.select()).toEqual(['2']);
});

test('returns the same list until it changes', () => {
  const table = tableOf([device('1'), device('2')], { order: 'seen' });
  const before = table.select();
  table.applyHeartbeat(beat('2', '1.0'));
  table.applyStatus(device('2', { online: false }));
  expect(table.select()).toBe(before);
});
