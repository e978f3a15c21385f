import type { EntityClass } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import { ITEM, type PropertyOf } from './columns.js';
import { all, conditionOf } from './filter.js';
import { integerArray } from './integer-array.js';
import type { Page, PageRequest } from './page.js';
import { pageQuery, toPage } from './read-page.js';
import type { Row } from './rows.js';

/** The rows that belong to a parent. */
export interface Children<T> {
  readonly entity: EntityClass<T>;
  /** The column with the parent's integer id. */
  readonly parentColumn: string;
  readonly where: QBFilterQuery<T>;
}

/**
 * The same page of the children of each parent, in one statement however many parents there are.
 * @returns a page for each id.
 */
export async function pagesByParent<T extends object, K extends PropertyOf<T>>(
  em: EntityManager,
  { entity, parentColumn, where }: Children<T>,
  parentIds: readonly number[],
  request: PageRequest<K>,
): Promise<Map<number, Page<Row<T, K>>>> {
  const meta = em.getMetadata().get(entity);
  const ofParent = { sql: `${ITEM}.${parentColumn} = parent.id`, params: [] };
  const { sql, params } = pageQuery(meta, all([conditionOf(meta, where), ofParent]), request);
  const ids = new Set(parentIds);
  const found = await em.execute<({ parent_key: number } & Record<string, unknown>)[]>(
    `select parent.id as parent_key, page.* from unnest(?::int[]) as parent(id) cross join lateral (${sql}) as page`,
    [integerArray(ids), ...params],
  );
  const rows = Map.groupBy(found, ({ parent_key: id }) => id);
  return new Map([...ids].map((id) => [id, toPage(em, meta, rows.get(id) ?? [], request)]));
}

/** How many children each parent has, in one statement. @returns a number for each id. */
export async function countsByParent<T extends object>(
  em: EntityManager,
  { entity, parentColumn, where }: Children<T>,
  parentIds: readonly number[],
): Promise<Map<number, number>> {
  const meta = em.getMetadata().get(entity);
  const { sql, params } = conditionOf(meta, where);
  const statement = `select ${ITEM}.${parentColumn} as parent_key, count(*)::int as children
    from ${meta.tableName} as ${ITEM} where ${sql} and ${ITEM}.${parentColumn} = any(?::int[]) group by 1`;
  const counts = await em.execute<{ parent_key: number; children: number }[]>(statement, [
    ...params,
    integerArray(parentIds),
  ]);
  return new Map([
    ...parentIds.map((id) => [id, 0] as const),
    ...counts.map(({ parent_key: id, children }) => [id, children] as const),
  ]);
}
