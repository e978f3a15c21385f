/** PostgreSQL's largest `integer`. */
const LARGEST_INTEGER = 2_147_483_647;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** An id that is unique over all types: the type's name in lower camel case, `_`, and the key, as in `user_64`. */
export const nodeId = (type: string, key: number | string): string => `${type}_${key}`;

/** Splits a node id at its first `_`; null for a text without one. */
export function splitNodeId(id: string): { readonly type: string; readonly key: string } | null {
  const [, type, key] = /^([a-z][A-Za-z]*)_(.+)$/s.exec(id) ?? [];
  return type === undefined || key === undefined ? null : { type, key };
}

/** The key in a node id of this type; null for other types and for what is no node id. */
export function keyOf(type: string, id: string): string | null {
  const node = splitNodeId(id);
  return node?.type === type ? node.key : null;
}

/** A key of a serial column; null for a text that cannot be one. */
export function integerKey(key: string | null): number | null {
  return key !== null && /^[1-9]\d{0,9}$/.test(key) && Number(key) <= LARGEST_INTEGER ? Number(key) : null;
}

/** A key of a bigserial column, within the integers of JavaScript; null for a text that cannot be one. */
export function bigintKey(key: string | null): number | null {
  return key !== null && /^[1-9]\d{0,14}$/.test(key) ? Number(key) : null;
}

/** A key of a uuid column; null for a text that cannot be one. */
export function uuidKey(key: string | null): string | null {
  return key !== null && UUID.test(key) ? key : null;
}
