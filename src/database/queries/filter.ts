import { type EntityMetadata, RawQueryFragment } from '@mikro-orm/core';
import type { QBFilterQuery } from '@mikro-orm/postgresql';
import { columnOf, ITEM } from './columns.js';

/** A part of a statement, with a `?` for each parameter. */
export interface SqlText {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** What `raw` leaves in the place of an alias. */
const ALIAS = '[::alias::]';

const operators: Readonly<Record<string, string>> = {
  $gt: '>',
  $gte: '>=',
  $lt: '<',
  $lte: '<=',
  $ne: '<>',
  $like: 'like',
  $ilike: 'ilike',
  $re: '~',
};

/** Every row. */
const EVERYTHING: SqlText = { sql: 'true', params: [] };
const NOTHING: SqlText = { sql: 'false', params: [] };

/**
 * The condition of a filter in the notation of the ORM, on rows called `item`. The query builder of the ORM takes longer
 * for it than all that remains to be done for a page.
 * @throws Error for what no list needs: other operators, and conditions on other tables.
 */
export const conditionOf = <T extends object>(meta: EntityMetadata<T>, filter: QBFilterQuery<T>): SqlText =>
  all(Reflect.ownKeys(filter).map((key) => partOf(meta, key, Reflect.get(filter, key))));

function partOf<T extends object>(meta: EntityMetadata<T>, key: string | symbol, value: unknown): SqlText {
  const fragment = RawQueryFragment.getKnownFragment(key);
  if (fragment) return { sql: `(${fragment.sql.replaceAll(ALIAS, ITEM)})`, params: fragment.params };
  if (key === '$and') return all(conditionsOf(meta, value));
  if (key === '$or') return any(conditionsOf(meta, value));
  return comparison(columnOf(meta, String(key)), value);
}

const conditionsOf = <T extends object>(meta: EntityMetadata<T>, filters: unknown): SqlText[] =>
  (filters as readonly QBFilterQuery<T>[]).map((filter) => conditionOf(meta, filter));

function comparison(column: string, value: unknown): SqlText {
  if (value === null) return { sql: `${column} is null`, params: [] };
  if (typeof value !== 'object' || value instanceof Date) return { sql: `${column} = ?`, params: [value] };
  return all(Object.entries(value).map(([operator, operand]) => operation(column, operator, operand)));
}

function operation(column: string, operator: string, operand: unknown): SqlText {
  if (operator === '$in' && Array.isArray(operand)) {
    if (operand.length === 0) return NOTHING;
    return { sql: `${column} in (${operand.map(() => '?').join(', ')})`, params: operand };
  }
  if (operator === '$ne' && operand === null) return { sql: `${column} is not null`, params: [] };
  const sign = operators[operator];
  if (sign === undefined) throw new Error(`Lists cannot be filtered by ${operator}.`);
  return { sql: `${column} ${sign} ?`, params: [operand] };
}

/** All of some conditions. */
export function all(conditions: readonly SqlText[]): SqlText {
  const narrowing = conditions.filter((condition) => condition !== EVERYTHING);
  return narrowing.length === 0 ? EVERYTHING : joined(narrowing, ' and ');
}

const any = (conditions: readonly SqlText[]): SqlText =>
  conditions.length === 0 ? NOTHING : joined(conditions, ' or ');

function joined(conditions: readonly SqlText[], operator: string): SqlText {
  const [only, ...others] = conditions;
  if (only && others.length === 0) return only;
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(operator)})`,
    params: conditions.flatMap(({ params }) => params),
  };
}
