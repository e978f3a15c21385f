import type { EntityClass } from '@mikro-orm/core';
import { type EntityManager, type QBFilterQuery, raw } from '@mikro-orm/postgresql';
import { columnOf, ITEM, type PropertyOf } from './columns.js';
import { conditionOf } from './filter.js';
import { integerArray } from './integer-array.js';
import type { ListOrder } from './page.js';
import { type Row, readRows } from './rows.js';

/** The ids of all rows that `where` selects, in their order at one moment: four bytes for each. */
export async function idsInOrder<T extends object>(
  em: EntityManager,
  entity: EntityClass<T>,
  where: QBFilterQuery<T>,
  { keys }: ListOrder,
): Promise<Int32Array> {
  const meta = em.getMetadata().get(entity);
  const { sql, params } = conditionOf(meta, where);
  const sorting = keys.map(({ property, direction }) => `${columnOf(meta, property)} ${direction}`);
  const [row] = await em.execute<{ ids: string }[]>(
    `select coalesce(array_agg(${ITEM}.id order by ${sorting.join(', ')}), '{}')::text as ids
     from ${meta.tableName} as ${ITEM} where ${sql}`,
    [...params],
  );
  return parseIds(row?.ids ?? '{}');
}

/** Reads rows in the order of their ids. Those that no longer exist are left out. */
export async function rowsInOrder<T extends { readonly id: number }, K extends PropertyOf<T>>(
  em: EntityManager,
  entity: EntityClass<T>,
  ids: Int32Array,
  properties: readonly K[],
): Promise<Row<T, K | 'id'>[]> {
  const among = raw((alias) => `${alias}.id = any(?::int[])`, [integerArray(ids)]);
  const rows = await readRows(em, entity, { [among]: [] } as QBFilterQuery<T>, properties);
  const byId = new Map<number, Row<T, K | 'id'>>(rows.map((row) => [row.id as number, row]));
  return Array.from(ids, (id) => byId.get(id)).filter((row) => row !== undefined);
}

const COMMA = 44;
const ZERO = 48;

/** @param text `{1,2,3}`. A million ids as texts would take fifty megabytes. */
function parseIds(text: string): Int32Array {
  if (text === '{}') return new Int32Array();
  let count = 1;
  for (let at = 1; at < text.length; at++) if (text.charCodeAt(at) === COMMA) count += 1;
  const ids = new Int32Array(count);
  for (let at = 1, index = 0; at < text.length - 1; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) index += 1;
    else ids[index] = (ids[index] ?? 0) * 10 + code - ZERO;
  }
  return ids;
}
