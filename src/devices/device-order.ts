import { type ListOrder, orderedBy, type SortKey } from '../database/queries/page.js';

/** What devices can be sorted by. LAST_SEEN_AT has no index: each save of heartbeats would have to change it. */
export type DeviceSorting = 'FIRST_SEEN_AT' | 'LAST_SEEN_AT' | 'OFFLINE_SINCE' | 'NAME' | 'VERSION' | 'OWNER';

const keys = {
  // Ids are given in this order.
  FIRST_SEEN_AT: [],
  LAST_SEEN_AT: [{ property: 'lastSeenAt', type: 'time' }],
  OFFLINE_SINCE: [{ property: 'offlineSince', type: 'time', repeats: true }],
  NAME: [{ property: 'nameOrder', type: 'text', repeats: true }],
  VERSION: [{ property: 'versionOrder', type: 'text', repeats: true }],
  OWNER: [{ property: 'user', type: 'integer', repeats: true }],
} as const satisfies Record<DeviceSorting, readonly Omit<SortKey, 'direction'>[]>;

export const deviceOrder = (
  sorting: DeviceSorting = 'FIRST_SEEN_AT',
  direction: 'asc' | 'desc' = 'asc',
): ListOrder => orderedBy('devices', keys[sorting], direction);

/** The versions of a device, the oldest change first. */
export const versionOrder: ListOrder = {
  name: 'version changes',
  keys: [{ property: 'id', direction: 'asc', type: 'bigint' }],
};

/** The history of a device, the oldest event first. */
export const historyOrder: ListOrder = {
  name: 'presence events',
  keys: [
    { property: 'at', direction: 'asc', type: 'time' },
    { property: 'id', direction: 'asc', type: 'bigint' },
  ],
};
