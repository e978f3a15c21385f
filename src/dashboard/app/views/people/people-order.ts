import type { UserOrder } from '../../generated/graphql.js';

/** How the list of people can be sorted, by its name in the address. */
const orders = {
  oldest: { field: 'CREATED_AT', direction: 'ASC' },
  newest: { field: 'CREATED_AT', direction: 'DESC' },
  username: { field: 'USERNAME', direction: 'ASC' },
} as const satisfies Record<string, UserOrder>;

export type PeopleOrder = keyof typeof orders;

const isOrder = (name: string): name is PeopleOrder => Object.hasOwn(orders, name);

export const peopleOrders = Object.keys(orders).filter(isOrder);

export const DEFAULT_ORDER: PeopleOrder = 'oldest';

/** The order of a name; the default one for other texts. */
export const peopleOrderOf = (name: string | null): PeopleOrder =>
  name !== null && isOrder(name) ? name : DEFAULT_ORDER;

export const userOrderOf = (order: PeopleOrder): UserOrder => orders[order];
