import { raw } from '@mikro-orm/postgresql';
import type { Search } from '../database/queries/search.js';
import { type SubstringSearch, substringSearch } from '../database/queries/substring-search.js';
import { MAX_TEXT_LENGTH } from './profile.js';
import { USER_GRAMS, type User, type UserKind } from './user.entity.js';

/** Users are found by these names, and so are the devices that they own. */
export const NAMES = ['username', 'phone', 'name', 'nickname'] as const;

const FIELDS = [...NAMES, 'email'] as const;

/**
 * @param input part of a username, phone, name, nickname or email; empty matches everyone.
 * @param kind null for accounts of any kind.
 */
export function searchUsers(input: string, kind: UserKind | null): Search<User> {
  const filter = kind === null ? {} : { kind };
  const everyone = { filter, matching: null, found: null };
  const term = input.trim();
  if (term === '') return everyone;
  // PostgreSQL would compile a pattern of any length.
  if (term.length > MAX_TEXT_LENGTH) return { ...everyone, filter: { id: { $in: [] } } };
  const search = substringSearch(term);
  const [sql, params] = usersWith(search, FIELDS);
  return {
    filter,
    matching: { $or: FIELDS.map((field) => ({ [field]: { $re: search.pattern } })) },
    found: { [raw((alias) => `${alias}.id = any(array(${sql}))`, params)]: [] },
  };
}

/** A statement for the ids of the users with a term in one of the fields, and its parameters. */
export function usersWith(
  { pattern, grams }: SubstringSearch,
  fields: readonly (typeof FIELDS)[number][],
): [string, string[]] {
  const matching = fields.map((field) => `${field} ~ ?`).join(' or ');
  return [
    `select id from users where ${USER_GRAMS} @@ ?::tsquery and (${matching})`,
    [grams, ...fields.map(() => pattern)],
  ];
}
