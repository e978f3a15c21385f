import { deviceName } from '../../../domain/device-name.js';
import type { DeviceOrder, MachineFragment } from '../../../generated/graphql.js';

interface Order {
  readonly orderBy: DeviceOrder;
  /** What decides the place of a device: when it changes, the gateway may sort it elsewhere. */
  readonly dependsOn: (device: MachineFragment) => unknown;
}

/** How the gateway sorts the devices, by its name in the address. */
const orders = {
  name: { orderBy: { field: 'NAME', direction: 'ASC' }, dependsOn: deviceName },
  owner: { orderBy: { field: 'OWNER', direction: 'ASC' }, dependsOn: ({ user }) => user.id },
  version: {
    orderBy: { field: 'VERSION', direction: 'ASC' },
    dependsOn: ({ clientVersion }) => clientVersion,
  },
  newest: {
    orderBy: { field: 'FIRST_SEEN_AT', direction: 'DESC' },
    dependsOn: ({ firstSeenAt }) => firstSeenAt,
  },
  // By transitions, not by heartbeats: with each of those, the list would never stand still.
  seen: { orderBy: { field: 'OFFLINE_SINCE', direction: 'DESC' }, dependsOn: ({ online }) => online },
  silent: { orderBy: { field: 'OFFLINE_SINCE', direction: 'ASC' }, dependsOn: ({ online }) => online },
} as const satisfies Record<string, Order>;

export type FleetOrder = keyof typeof orders;

const isOrder = (name: string): name is FleetOrder => Object.hasOwn(orders, name);

export const fleetOrders = Object.keys(orders).filter(isOrder);

export const DEFAULT_ORDER: FleetOrder = 'name';

/** The order of a name; the default one for other texts. */
export const fleetOrderOf = (name: string | null): FleetOrder =>
  name !== null && isOrder(name) ? name : DEFAULT_ORDER;

export const orderBy = (order: FleetOrder): DeviceOrder => orders[order].orderBy;

/** Whether a change of a device may change its place in the list. */
export const mayMove = (order: FleetOrder, before: MachineFragment, after: MachineFragment): boolean =>
  orders[order].dependsOn(before) !== orders[order].dependsOn(after);
