import type { ObjectQuery, QueryOrderMap } from '@mikro-orm/core';

/** A column that a list is sorted by. PostgreSQL sorts null as the largest value. */
export interface SortKey {
  /** A property of the entity. */
  readonly property: string;
  readonly direction: 'asc' | 'desc';
  readonly type: 'integer' | 'bigint' | 'text' | 'time' | 'uuid';
  readonly nullable?: true;
}

/** How a list is sorted. The last key is unique, so that every row has a position of its own. */
export interface ListOrder {
  /** Unique over all lists: it distinguishes the cursors of another list or order. */
  readonly name: string;
  readonly keys: readonly SortKey[];
}

/** The order of a list of rows with an integer id, sorted by other keys first. */
export function orderedBy(
  list: string,
  keys: readonly Omit<SortKey, 'direction'>[],
  direction: SortKey['direction'] = 'asc',
): ListOrder {
  const all = [...keys, id].map((key) => ({ ...key, direction }));
  return { name: `${list} by ${all.map(({ property }) => property).join(', ')} ${direction}`, keys: all };
}

const id = { property: 'id', type: 'integer' } as const;

/** The values that a row has in the keys of an order. */
export type Position = readonly (number | string | Date | null)[];

/** Which rows of a list: at most `size`, between two positions. */
export interface PageRequest {
  readonly order: ListOrder;
  readonly size: number;
  /** Whether to count from the end. */
  readonly backwards: boolean;
  readonly after: Position | null;
  readonly before: Position | null;
}

/** Rows of a list, in its order. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The first rows of a list. */
export const firstRows = (order: ListOrder, size: number, after: Position | null = null): PageRequest => ({
  order,
  size,
  backwards: false,
  after,
  before: null,
});

/** @param row has every key of the order as a property. */
export const positionOf = ({ keys }: ListOrder, row: object): Position =>
  keys.map(({ property }) => {
    const value: unknown = Reflect.get(row, property);
    return typeof value === 'number' || typeof value === 'string' || value instanceof Date ? value : null;
  });

/** The condition, order and limit that read a page and one row more; see `toPage`. */
export function pageQuery<T>({ order, size, backwards, after, before }: PageRequest): {
  where: ObjectQuery<T>;
  orderBy: QueryOrderMap<T>[];
  limit: number;
} {
  const bounds = [
    ...(after ? [beyond(order.keys, after, false)] : []),
    ...(before ? [beyond(order.keys, before, true)] : []),
  ];
  const orderBy = order.keys.map((key) => ({ [key.property]: directionOf(key, backwards) }));
  // The names come from an order, which is declared beside its entity.
  return {
    where: (bounds.length === 0 ? {} : { $and: bounds }) as ObjectQuery<T>,
    orderBy: orderBy as QueryOrderMap<T>[],
    limit: size + 1,
  };
}

/** @param rows as `pageQuery` reads them. */
export function toPage<T>(rows: readonly T[], { size, backwards, after, before }: PageRequest): Page<T> {
  const hasMore = rows.length > size;
  const kept = rows.slice(0, size);
  return backwards
    ? { rows: kept.reverse(), hasNextPage: before !== null, hasPreviousPage: hasMore }
    : { rows: kept, hasNextPage: hasMore, hasPreviousPage: after !== null };
}

const directionOf = ({ direction }: SortKey, reversed: boolean): 'asc' | 'desc' =>
  (direction === 'asc') === reversed ? 'desc' : 'asc';

/** Rows past a position: larger in the first key, or equal in it and larger in the second, and so on. */
function beyond(keys: readonly SortKey[], position: Position, reversed: boolean): object {
  const alternatives = keys.flatMap((key, index) => {
    const equal = keys.slice(0, index).map(({ property }, at) => ({ [property]: position[at] ?? null }));
    const larger = pastValue(key, position[index] ?? null, directionOf(key, reversed));
    return larger ? [{ $and: [...equal, larger] }] : [];
  });
  return { $or: alternatives };
}

/** Null where no value is past this one. */
function pastValue(
  { property, nullable }: SortKey,
  value: Position[number],
  direction: 'asc' | 'desc',
): object | null {
  if (direction === 'desc') return { [property]: value === null ? { $ne: null } : { $lt: value } };
  if (value === null) return null;
  const larger = { [property]: { $gt: value } };
  return nullable ? { $or: [larger, { [property]: null }] } : larger;
}
