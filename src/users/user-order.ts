import { type ListOrder, orderedBy } from '../database/queries/page.js';

/** The fields that users can be sorted by. */
export type UserSorting = 'CREATED_AT' | 'USERNAME';

const keys = {
  CREATED_AT: { property: 'createdAt', type: 'time' },
  USERNAME: { property: 'username', type: 'text', nullable: true },
} as const;

/** @param sorting null for the order of ids. */
export const userOrder = (sorting: UserSorting | null, direction: 'asc' | 'desc' = 'asc'): ListOrder =>
  orderedBy('users', sorting === null ? [] : [keys[sorting]], direction);
