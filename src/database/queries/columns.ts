import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';

/** The name of a property. */
export type PropertyOf<T> = keyof T & string;

/** The alias of the rows that a statement reads. */
export const ITEM = 'item';

/** @throws Error for a name without a column. */
export function propertyOf<T extends object>(meta: EntityMetadata<T>, name: string): EntityProperty<T> {
  const property = meta.properties[name as keyof typeof meta.properties];
  if (property?.fieldNames) return property;
  throw new Error(`${meta.className} has no column ${name}.`);
}

/** The column of a property, such as `item.created_at`. */
export const columnOf = <T extends object>(meta: EntityMetadata<T>, name: string, alias = ITEM): string =>
  `${alias}.${propertyOf(meta, name).fieldNames[0]}`;

/** The columns of properties, for a select list: the driver names their values by property. */
export const columnsOf = <T extends object>(
  meta: EntityMetadata<T>,
  properties: readonly PropertyOf<T>[],
  alias = ITEM,
): string => [...new Set(properties)].map((name) => `${columnOf(meta, name, alias)} as "${name}"`).join(', ');
