import { type EntityClass, type EntityMetadata, ReferenceKind } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import { columnOf, columnsOf, ITEM, type PropertyOf, propertyOf } from './columns.js';
import { conditionOf } from './filter.js';

type Plain<V> = V extends { readonly id: infer Id } ? { readonly id: Id } : V;

/** Some properties of an entity as a plain object. Of a referenced entity, it has the id. */
export type Row<T, K extends keyof T> = { [P in K]: Plain<T[P]> };

/**
 * Reads the rows that `where` selects, in no particular order.
 * @param em need not be forked: rows are kept in no unit of work.
 */
export async function readRows<T extends { readonly id: unknown }, K extends PropertyOf<T>>(
  em: EntityManager,
  entity: EntityClass<T>,
  where: QBFilterQuery<T>,
  properties: readonly K[],
): Promise<Row<T, K | 'id'>[]> {
  const meta = em.getMetadata().get(entity);
  const read = ['id' as const, ...properties];
  const { sql, params } = conditionOf(meta, where);
  const statement = `select ${columnsOf(meta, read)} from ${meta.tableName} as ${ITEM} where ${sql}`;
  return toRows(em, meta, read, await em.execute(statement, [...params]));
}

/** How many rows `where` selects. */
export async function countRows<T extends object>(
  em: EntityManager,
  entity: EntityClass<T>,
  where: QBFilterQuery<T>,
): Promise<number> {
  const meta = em.getMetadata().get(entity);
  const { sql, params } = conditionOf(meta, where);
  const statement = `select count(*)::int as rows from ${meta.tableName} as ${ITEM} where ${sql}`;
  const [counted] = await em.execute<{ rows: number }[]>(statement, [...params]);
  return counted?.rows ?? 0;
}

/**
 * Counts the rows that `where` selects by the values of a property.
 * @param count the SQL of a count.
 */
export async function countRowsBy<T extends object, K extends PropertyOf<T>>(
  em: EntityManager,
  entity: EntityClass<T>,
  where: QBFilterQuery<T>,
  property: K,
  count = 'count(*)::int',
): Promise<(Row<T, K> & { readonly rows: number })[]> {
  const meta = em.getMetadata().get(entity);
  const { sql, params } = conditionOf(meta, where);
  return em.execute(
    `select ${columnsOf(meta, [property])}, ${count} as rows from ${meta.tableName} as ${ITEM}
     where ${sql} group by ${columnOf(meta, property)}`,
    [...params],
  );
}

/**
 * Converts values in place. Rows take a fifth of the time of entities.
 * @param found with columns of `columnsOf`, as the driver reads them.
 */
export function toRows<T extends object, K extends PropertyOf<T>>(
  em: EntityManager,
  meta: EntityMetadata<T>,
  properties: readonly K[],
  found: readonly Record<string, unknown>[],
): Row<T, K>[] {
  const platform = em.getPlatform();
  for (const name of new Set(properties)) {
    const { kind, runtimeType, customType } = propertyOf(meta, name);
    if (kind === ReferenceKind.MANY_TO_ONE) convert(found, name, (id) => ({ id }));
    else if (runtimeType === 'Date') convert(found, name, (text) => platform.parseDate(String(text)));
    else if (customType) convert(found, name, (value) => customType.convertToJSValue(value, platform));
  }
  return found as Row<T, K>[];
}

function convert(
  rows: readonly Record<string, unknown>[],
  name: string,
  read: (value: unknown) => unknown,
): void {
  for (const row of rows) if (row[name] !== null) row[name] = read(row[name]);
}
