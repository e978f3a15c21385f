import { bigintKey, integerKey, uuidKey } from '../database/node-id.js';
import type { ListOrder, Position, SortKey } from '../database/queries/page.js';
import { DomainError } from '../errors.js';

/** A position in a list, with the name of its order: opaque to clients. */
export function cursorOf({ name, keys }: ListOrder, position: Position): string {
  const values = keys.map((key, index) => writeValue(key, position[index] ?? null));
  return Buffer.from(JSON.stringify([name, ...values])).toString('base64url');
}

/**
 * @param field the argument that the cursor was given as.
 * @throws DomainError INVALID_INPUT for a cursor of another list or order, and for what is no cursor.
 */
export function readCursor(cursor: string, { name, keys }: ListOrder, field: string): Position {
  const [list, ...values] = parseArray(Buffer.from(cursor, 'base64url').toString());
  const position = keys.map((key, index) => readValue(key, values[index]));
  if (list === name && values.length === keys.length && position.every((value) => value !== undefined)) {
    return position;
  }
  throw new DomainError('INVALID_INPUT', `${field} must be a cursor of this list in this order.`, { field });
}

function parseArray(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function writeValue({ type }: SortKey, value: Position[number]): Position[number] {
  if (value === null) return null;
  if (type === 'bigint') return Number(value);
  return type === 'time' ? writeTime(String(value)) : value;
}

/** Undefined for a value that the key cannot have: the database would fail on it. */
function readValue({ type, nullable }: SortKey, value: unknown): Position[number] | undefined {
  if (value === null) return nullable ? null : undefined;
  switch (type) {
    case 'integer':
      return integerKey(String(value)) ?? undefined;
    case 'bigint':
      return bigintKey(String(value)) ?? undefined;
    case 'uuid':
      return uuidKey(String(value)) ?? undefined;
    case 'text':
      return typeof value === 'string' && !value.includes('\0') ? value : undefined;
    case 'time':
      return readTime(String(value));
  }
}

/** A time after all others, as PostgreSQL writes it. */
const NEVER = 'infinity';

/**
 * As `Date.toJSON` writes it, with microseconds where it has some: rows that differ in them alone have positions of
 * their own.
 * @param text as PostgreSQL writes it.
 */
function writeTime(text: string): string {
  if (text === NEVER) return text;
  const [, micros = ''] = /\.\d{3}(\d+)/.exec(text) ?? [];
  return withMicros(new Date(text), micros);
}

/** As `writeTime` writes times of four-digit years. */
function readTime(text: string): string | undefined {
  if (text === NEVER) return text;
  const [, date = '', micros = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{0,3})Z$/.exec(text) ?? [];
  const time = new Date(text.startsWith('0000') ? Number.NaN : `${date}Z`);
  return Number.isNaN(time.getTime()) ? undefined : withMicros(time, micros);
}

const withMicros = (time: Date, micros: string): string => `${time.toISOString().slice(0, -1)}${micros}Z`;
