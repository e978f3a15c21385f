import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import type { PropertyOf } from '../../database/queries/columns.js';
import { idsInOrder, rowsInOrder } from '../../database/queries/ids-in-order.js';
import { inTable } from '../../database/queries/search.js';
import { Device } from '../../devices/device.entity.js';
import { seesAllDevices, selectDevices } from '../../devices/device-filter.js';
import { deviceOrder } from '../../devices/device-order.js';
import type { Heartbeats } from '../../devices/heartbeats/heartbeats.js';
import type { Caller } from '../../sessions/caller.js';
import type { Users } from '../../users/users.js';
import type { ExportedList } from '../export-request.js';
import type { ExportedRows } from './exported-rows.js';

const READ = [
  ...(['id', 'user', 'clientId', 'name', 'displayName', 'tags', 'notes', 'channel', 'api'] as const),
  ...(['clientVersion', 'online', 'firstSeenAt', 'lastSeenAt', 'ownIntervalSeconds', 'retiredAt'] as const),
] as const satisfies PropertyOf<Device>[];

const columns = [
  ...['id', 'clientId', 'name', 'displayName', 'ownerId', 'owner', 'tags', 'notes', 'channel', 'api'],
  ...['clientVersion', 'online', 'firstSeenAt', 'lastSeenAt', 'ownIntervalSeconds', 'retiredAt'],
];

interface DeviceListServices {
  readonly db: Database;
  readonly heartbeats: Heartbeats;
  readonly users: Users;
}

/** The devices that a filter selects among those that the caller may see. */
export function exportedDevices(
  { db, heartbeats, users }: DeviceListServices,
  caller: Caller,
  { filter, order }: Extract<ExportedList, { name: 'devices' }>,
): ExportedRows {
  return {
    permission: seesAllDevices(caller) ? 'devices:read' : 'devices:own',
    columns,
    async ids() {
      await heartbeats.saveTransitions();
      const sorting = deviceOrder(order?.field, order?.direction);
      return idsInOrder(db.em, Device, inTable(selectDevices(caller, filter)), sorting);
    },
    async read(ids) {
      const devices = await rowsInOrder(db.em, Device, ids, READ);
      const owners = await users.findAll(
        devices.map(({ user }) => user.id),
        ['username', 'phone'],
      );
      const byId = new Map(owners.map((owner) => [owner.id, owner]));
      return devices.map((device) => {
        const owner = byId.get(device.user.id);
        const lastSeen = Math.max(heartbeats.lastSeen(device.id) ?? 0, device.lastSeenAt.getTime());
        return [
          ...[nodeId('device', device.id), device.clientId, device.name, device.displayName],
          ...[nodeId('user', device.user.id), owner?.username ?? owner?.phone ?? null],
          ...[device.tags, device.notes, device.channel, device.api.toUpperCase(), device.clientVersion],
          ...[device.online, device.firstSeenAt, new Date(lastSeen)],
          ...[device.ownIntervalSeconds, device.retiredAt],
        ];
      });
    },
  };
}
