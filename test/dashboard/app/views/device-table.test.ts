import { expect, test } from '@jest/globals';
import type { MachineFragment } from '../../../../src/dashboard/app/generated/graphql.js';
import type { FleetOrder } from '../../../../src/dashboard/app/views/fleet/filters/fleet-order.js';
import { DeviceTable } from '../../../../src/dashboard/app/views/fleet/live/device-table.js';

const device = (id: string, changes: Partial<MachineFragment> = {}): MachineFragment => ({
  id,
  displayName: null,
  tags: [],
  channel: 'stable',
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

const owner = (username: string) => ({ user: { ...device('').user, username } });

function tableOf(devices: readonly MachineFragment[], order: FleetOrder): DeviceTable {
  const table = new DeviceTable();
  table.add(devices);
  table.sortBy(order);
  return table;
}

const cases: readonly (readonly [FleetOrder, readonly MachineFragment[], readonly string[]])[] = [
  ['name', [device('10'), device('9'), device('1', { name: null })], ['9', '10', '1']],
  [
    'owner',
    [device('1', owner('zoe')), device('2', owner('Bob')), device('3', owner('bob'))],
    ['2', '3', '1'],
  ],
  [
    'version',
    [
      device('1', { clientVersion: '1.10' }),
      device('2', { clientVersion: null }),
      device('3', { clientVersion: '1.9' }),
    ],
    ['3', '1', '2'],
  ],
  [
    'newest',
    [device('1'), device('2', { firstSeenAt: '2026-02-01T00:00:00Z' }), device('3')],
    ['2', '1', '3'],
  ],
  ['seen', [device('1'), device('2', { lastSeenAt: '2026-02-01T00:00:00Z' })], ['2', '1']],
  ['silent', [device('1', { lastSeenAt: '2026-02-01T00:00:00Z' }), device('2')], ['2', '1']],
];

test.each(cases)('sorts by %s, and equal devices by name', (order, devices, sorted) => {
  expect(tableOf(devices, order).select('all')).toEqual(sorted);
});

test('sorts again for another order, and when an event changes what it sorts by', () => {
  const table = tableOf([device('1'), device('2', { clientVersion: '0.9' })], 'name');
  expect(table.select('all')).toEqual(['1', '2']);
  table.sortBy('version');
  expect(table.select('all')).toEqual(['2', '1']);
  table.applyHeartbeat({ device: { id: '2', clientVersion: '2.0' }, at: '2026-01-02T00:00:00Z' });
  expect(table.select('all')).toEqual(['1', '2']);
  table.applyStatus(device('1', { clientVersion: '3.0' }));
  expect(table.select('all')).toEqual(['2', '1']);
});

test('keeps the list when a device leaves as another one enters', () => {
  const table = tableOf([device('1'), device('2')], 'name');
  expect(table.select('all')).toEqual(['1', '2']);
  table.remove('1');
  table.applyStatus(device('3'));
  expect(table.select('all')).toEqual(['2', '3']);
});

test('returns the same list until it changes', () => {
  const table = tableOf([device('1'), device('2')], 'seen');
  const before = table.select('all');
  table.applyHeartbeat({ device: { id: '2', clientVersion: '1.0' }, at: '2026-01-02T00:00:00Z' });
  expect(table.select('all')).toBe(before);
});
