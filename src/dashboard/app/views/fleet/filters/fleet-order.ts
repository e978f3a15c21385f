import { deviceName } from '../../../domain/device-name.js';
import { displayName } from '../../../domain/display-name.js';
import type { MachineFragment } from '../../../generated/graphql.js';

interface Order {
  /** Devices without the value are last in ascending order. */
  readonly valueOf: (device: MachineFragment) => string | null;
  readonly descending?: true;
}

/** How the devices can be sorted, by its name in the address. Devices with equal values are sorted by name. */
const orders = {
  name: { valueOf: () => '' },
  owner: { valueOf: ({ user }) => displayName(user) },
  version: { valueOf: ({ clientVersion }) => clientVersion },
  newest: { valueOf: ({ firstSeenAt }) => firstSeenAt, descending: true },
  // As of the latest change of presence: with each heartbeat, the list would never stand still.
  seen: { valueOf: ({ lastSeenAt }) => lastSeenAt, descending: true },
  silent: { valueOf: ({ lastSeenAt }) => lastSeenAt },
} as const satisfies Record<string, Order>;

export type FleetOrder = keyof typeof orders;

const isOrder = (name: string): name is FleetOrder => Object.hasOwn(orders, name);

export const fleetOrders = Object.keys(orders).filter(isOrder);

export const DEFAULT_ORDER: FleetOrder = 'name';

/** The order of a name; the default one for other texts. */
export const fleetOrderOf = (name: string | null): FleetOrder =>
  name !== null && isOrder(name) ? name : DEFAULT_ORDER;

/** What a device is sorted by. */
export interface SortKey {
  readonly value: string;
  readonly name: string;
}

export function sortKeyOf(order: FleetOrder, device: MachineFragment): SortKey {
  const value = comparable(orders[order].valueOf(device));
  return { value, name: comparable(deviceName(device)) + device.id };
}

export function compare(order: FleetOrder, a: SortKey, b: SortKey): number {
  const { descending }: Order = orders[order];
  return (descending ? -1 : 1) * compareTexts(a.value, b.value) || compareTexts(a.name, b.name);
}

/** Sorts Gate 2 before Gate 10 by plain string comparison: `Intl.Collator` is too slow for a frame. */
const comparable = (text: string | null): string =>
  (text ?? '\uffff').toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
