import type { EntityClass, EntityMetadata } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import { columnOf, columnsOf, ITEM, type PropertyOf } from './columns.js';
import { all, conditionOf, type SqlText } from './filter.js';
import type { ListOrder, Page, PageRequest, Position, SortKey } from './page.js';
import { type Row, toRows } from './rows.js';

/** Reads a page of the rows that `where` selects, in one statement. */
export async function readPage<T extends object, K extends PropertyOf<T>>(
  em: EntityManager,
  entity: EntityClass<T>,
  where: QBFilterQuery<T>,
  request: PageRequest<K>,
): Promise<Page<Row<T, K>>> {
  const meta = em.getMetadata().get(entity);
  const { sql, params } = pageQuery(meta, conditionOf(meta, where), request);
  return toPage(em, meta, await em.execute(sql, [...params]), request);
}

/** Reads a page and one row more, with the keys of the order; see `toPage`. */
export function pageQuery<T extends object>(
  meta: EntityMetadata<T>,
  condition: SqlText,
  { properties, order, size, backwards, after, before }: PageRequest<PropertyOf<T>>,
): SqlText {
  const bounds = [
    ...(after ? [beyond(meta, order.keys, after, false)] : []),
    ...(before ? [beyond(meta, order.keys, before, true)] : []),
  ];
  // The names come from an order, which is declared beside its entity.
  const keys = order.keys.map(({ property }) => property) as PropertyOf<T>[];
  const { sql, params } = all([condition, ...bounds]);
  const sorting = order.keys.map((key) => `${columnOf(meta, key.property)} ${directionOf(key, backwards)}`);
  return {
    sql: `select ${columnsOf(meta, [...properties, ...keys])} from ${meta.tableName} as ${ITEM}
      where ${sql} order by ${sorting.join(', ')} limit ${size + 1}`,
    params,
  };
}

/** @param found as `pageQuery` reads them. */
export function toPage<T extends object, K extends PropertyOf<T>>(
  em: EntityManager,
  meta: EntityMetadata<T>,
  found: readonly Record<string, unknown>[],
  { properties, order, size, backwards, after, before }: PageRequest<K>,
): Page<Row<T, K>> {
  const hasMore = found.length > size;
  const kept = found.slice(0, size);
  if (backwards) kept.reverse();
  const positions = kept.map((row) => positionOf(order, row));
  return {
    rows: toRows(em, meta, properties, kept),
    positions,
    hasNextPage: backwards ? before !== null : hasMore,
    hasPreviousPage: backwards ? hasMore : after !== null,
  };
}

/** @param row as the driver reads it, before `toRows` converts it. */
const positionOf = ({ keys }: ListOrder, row: Record<string, unknown>): Position =>
  keys.map(({ property }) => {
    const value = row[property];
    return typeof value === 'number' || typeof value === 'string' ? value : null;
  });

const directionOf = ({ direction }: SortKey, reversed: boolean): 'asc' | 'desc' =>
  (direction === 'asc') === reversed ? 'desc' : 'asc';

/** Rows past a position: larger in the first key, or equal in it and larger in the second, and so on. */
function beyond<T extends object>(
  meta: EntityMetadata<T>,
  keys: readonly SortKey[],
  position: Position,
  reversed: boolean,
): SqlText {
  const alternatives = keys.flatMap((key, index) => {
    const equal = keys.slice(0, index).map(({ property }, at) => ({ [property]: position[at] ?? null }));
    const larger = pastValue(key, position[index] ?? null, directionOf(key, reversed));
    return larger ? [{ $and: [...equal, larger] }] : [];
  });
  const past: object = { $or: alternatives };
  return all([from(meta, keys, position, reversed), conditionOf(meta, past)]);
}

/** Implied by the alternatives: where an index begins to read. */
function from<T extends object>(
  meta: EntityMetadata<T>,
  keys: readonly SortKey[],
  position: Position,
  reversed: boolean,
): SqlText {
  const [key] = keys;
  const [value] = position;
  if (key === undefined || value == null) return all([]);
  const isDescending = directionOf(key, reversed) === 'desc';
  if (key.repeats) {
    const columns = keys.map(({ property }) => columnOf(meta, property)).join(', ');
    return {
      sql: `(${columns}) ${isDescending ? '<' : '>'} (${keys.map(() => '?').join(', ')})`,
      params: position,
    };
  }
  // No index condition includes null.
  if (!isDescending && key.nullable) return all([]);
  const column = columnOf(meta, key.property);
  return { sql: `${column} ${isDescending ? '<=' : '>='} ?`, params: [value] };
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
