import {
  type EntityClass,
  type EntityMetadata,
  type EntityProperty,
  ReferenceKind,
  raw,
} from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';

type Plain<V> = V extends { readonly id: infer Id } ? { readonly id: Id } : V;

/** Some properties of an entity as a plain object. Of a referenced entity, it has the id. */
export type Row<T, K extends keyof T> = { [P in K]: Plain<T[P]> };

/** The name of a property. */
export type PropertyOf<T> = keyof T & string;

/** Reads the rows that `where` selects, in no particular order. */
export async function readRows<T extends { readonly id: unknown }, K extends PropertyOf<T>>(
  em: EntityManager,
  entity: EntityClass<T>,
  where: QBFilterQuery<T>,
  properties: readonly K[],
): Promise<Row<T, K | 'id'>[]> {
  const meta = em.getMetadata().get(entity);
  const read = ['id' as const, ...properties];
  const { sql, params } = em
    .createQueryBuilder(entity, 'item')
    .select(columnsOf(meta, 'item', read).map((column) => raw(column)))
    .where(where)
    .toQuery();
  return toRows(em, meta, read, await em.execute(sql, [...params]));
}

/** The columns of properties, for a select list: the driver names their values by property. */
export const columnsOf = <T extends object>(
  meta: EntityMetadata<T>,
  alias: string,
  properties: readonly PropertyOf<T>[],
): string[] =>
  [...new Set(properties)].map((name) => `${alias}.${propertyOf(meta, name).fieldNames[0]} as "${name}"`);

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

function propertyOf<T extends object>(meta: EntityMetadata<T>, name: PropertyOf<T>): EntityProperty<T> {
  const property = meta.properties[name as keyof typeof meta.properties];
  if (property?.fieldNames) return property;
  throw new Error(`${meta.className} has no column ${name}.`);
}
