import { type EntityClass, type EntityDictionary, raw } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import { integerArray } from './integer-array.js';
import { type Page, type PageRequest, pageQuery, toPage } from './page.js';

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
export async function pagesByParent<T extends object>(
  em: EntityManager,
  { entity, parentColumn, where }: Children<T>,
  parentIds: readonly number[],
  request: PageRequest,
): Promise<Map<number, Page<T>>> {
  const { where: between, orderBy, limit } = pageQuery<T>(request);
  const { sql, params } = em
    .createQueryBuilder(entity, 'child')
    .where(where)
    .andWhere(between as QBFilterQuery<T>)
    .andWhere(raw(`child.${parentColumn} = parent.id`))
    .orderBy(orderBy)
    .limit(limit)
    .toQuery();
  const found = await em.execute<({ parent_key: number } & EntityDictionary<T>)[]>(
    `select parent.id as parent_key, page.* from unnest(?::int[]) as parent(id) cross join lateral (${sql}) as page`,
    [integerArray(new Set(parentIds)), ...params],
  );
  const rows = new Map<number, T[]>(parentIds.map((id) => [id, []]));
  for (const row of found) rows.get(row.parent_key)?.push(em.map(entity, row));
  return new Map([...rows].map(([id, children]) => [id, toPage(children, request)]));
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
