import { type EntityClass, raw } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import { integerArray } from './integer-array.js';
import type { Page, PageRequest } from './page.js';
import { pageQuery, toPage } from './read-page.js';
import type { PropertyOf, Row } from './rows.js';

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
  const { sql, params } = pageQuery(em, meta, where, request)
    .andWhere(raw(`item.${parentColumn} = parent.id`))
    .toQuery();
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
  const { sql, params } = em
    .createQueryBuilder(entity, 'child')
    .select(raw(`child.${parentColumn} as parent_key, count(*)::int as children`))
    .where(where)
    .andWhere(raw(`child.${parentColumn} = any(?::int[])`, [integerArray(parentIds)]))
    .groupBy(raw('parent_key'))
    .toQuery();
  const counts = await em.execute<{ parent_key: number; children: number }[]>(sql, [...params]);
  return new Map([
    ...parentIds.map((id) => [id, 0] as const),
    ...counts.map(({ parent_key: id, children }) => [id, children] as const),
  ]);
}
