import { type EntityClass, raw } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import type { PropertyOf } from './columns.js';
import { conditionOf } from './filter.js';
import type { Page, PageRequest } from './page.js';
import { pageQuery, readPage } from './read-page.js';
import type { Row } from './rows.js';

/** The rows that a filter and a term select. */
export interface Search<T> {
  /** The conditions besides the term. */
  readonly filter: QBFilterQuery<T>;
  /** Compares the texts of each row with the term. Null without a term. */
  readonly matching: QBFilterQuery<T> | null;
  /** The same condition, which finds the rows of a whole table by an index. */
  readonly found: QBFilterQuery<T> | null;
}

/** The condition for rows that other conditions have narrowed down. */
export const amongFew = <T>({ filter, matching }: Search<T>) => both(filter, matching);

/** The condition for the rows of a whole table. */
export const inTable = <T>({ filter, found }: Search<T>) => both(filter, found);

const both = <T>(filter: QBFilterQuery<T>, term: QBFilterQuery<T> | null) =>
  (term === null ? filter : { $and: [filter, term] }) as QBFilterQuery<T>;

/** The next rows of a list that are compared before an index is asked: more if so many of the first ones match. */
const NEAR_ROWS = 1000;
const FREQUENT = 4;
const FAR_ROWS = 6000;

/**
 * Reads a page of what a search selects. Enough of the next rows of the list have a frequent term, of which the index
 * would find too many. Of a rare one, it finds few.
 */
export async function searchPage<T extends { readonly id: number }, K extends PropertyOf<T>>(
  em: EntityManager,
  entity: EntityClass<T>,
  search: Search<T>,
  request: PageRequest<K>,
): Promise<Page<Row<T, K>>> {
  if (search.matching === null) return readPage(em, entity, search.filter, request);
  for (const size of [NEAR_ROWS, FAR_ROWS]) {
    const next = await readNext(em, entity, search.filter, { ...request, properties: [], size });
    const page = await readPage(em, entity, both(amongFew(search), next.where), request);
    const isFull = request.backwards ? page.hasPreviousPage : page.hasNextPage;
    if (isFull || next.rows <= size) return page;
    if (page.rows.length < FREQUENT) break;
  }
  return readPage(em, entity, inTable(search), request);
}

/** @returns the condition for the rows of a page and one row more, and their number. */
async function readNext<T extends object>(
  em: EntityManager,
  entity: EntityClass<T>,
  filter: QBFilterQuery<T>,
  request: PageRequest<never>,
): Promise<{ where: QBFilterQuery<T>; rows: number }> {
  const meta = em.getMetadata().get(entity);
  const { sql, params } = pageQuery(meta, conditionOf(meta, filter), request);
  const [{ ids, rows } = { ids: '{}', rows: 0 }] = await em.execute<{ ids: string; rows: number }[]>(
    `select coalesce(array_agg(id), '{}')::text as ids, count(*)::int as rows from (${sql}) as next`,
    [...params],
  );
  // The planner must not see the ids: it would look for them in the index of the order, which takes all of that index.
  const where = { [raw((alias) => `${alias}.id = any(array(select unnest(?::int[])))`, [ids])]: [] };
  return { where: where as QBFilterQuery<T>, rows };
}
