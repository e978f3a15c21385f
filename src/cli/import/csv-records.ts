import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type FieldKind, importedFields } from '../../administration/imported-user.js';
import { UsageError } from '../failures.js';
import type { FileRecord } from './json-records.js';
import { type Line, MAX_LINE_BYTES } from './read-lines.js';

/** Lines that one record may span with line breaks inside quotes. */
const MAX_RECORD_LINES = 1000;

const Row = z.tuple([z.array(z.string())]);

/** The raw fields of a record that starts at `line`, or why they cannot be read. */
type Cells =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly error: string };

/** A column of the file: the path of an account field, such as `['password', 'hash']`. */
interface Column {
  readonly path: readonly string[];
  readonly kind: FieldKind;
}

/**
 * Reads CSV (RFC 4180), also with semicolons or tabs instead of commas. The first line names the account fields, nested
 * ones with dots (`password.hash`). An empty cell is an absent field; `roles` are role codes separated by `|`.
 * @throws UsageError if the header names an unknown field.
 */
export async function* csvRecords(lines: AsyncIterable<Line>): AsyncGenerator<FileRecord> {
  let header: readonly Column[] | null = null;
  for await (const record of readCells(lines)) {
    if ('error' in record) yield record;
    // Spreadsheets export empty rows as separators only.
    else if (record.cells.every((cell) => cell.trim() === '')) continue;
    else if (header === null) header = readHeader(record.cells);
    else if (record.cells.length === header.length) {
      yield { line: record.line, value: toAccount(header, record.cells) };
    } else {
      const error = `The line has ${record.cells.length} fields, but the header has ${header.length}.`;
      yield { line: record.line, error };
    }
  }
}

/**
 * Reads records that may span lines. An unclosed quote must not swallow the rest of the file: lines are joined only
 * until their quotes are balanced. If the result is no record of the right width, only its first line is rejected
 * and the others are read again.
 */
async function* readCells(lines: AsyncIterable<Line>): AsyncGenerator<Cells> {
  const source = lines[Symbol.asyncIterator]();
  const unread: Line[] = [];
  const next = async (): Promise<Line | null> => {
    const line = unread.shift();
    if (line) return line;
    const { value, done } = await source.next();
    return done ? null : value;
  };
  let width: number | null = null;
  let separator: string | null = null;
  for (let line = await next(); line; line = await next()) {
    const { number, text, error } = line;
    if (error !== undefined) yield { line: number, error };
    else if (!text.includes('"')) {
      if (text.trim() === '') continue;
      separator ??= separatorOf(text);
      const cells = text.split(separator);
      width ??= cells.length;
      yield { line: number, cells };
    } else {
      separator ??= separatorOf(text);
      const joined = await joinQuoted(line, next);
      const cells = parseRecord(joined.map((part) => part.text).join('\n'), separator);
      if (cells && (joined.length === 1 || cells.length === (width ?? cells.length))) {
        width ??= cells.length;
        yield { line: number, cells };
      } else {
        unread.unshift(...joined.slice(1));
        yield { line: number, error: 'A quote is not closed, or stands inside a field.' };
      }
    }
  }
}

/** The line and those after it, until the quotes are balanced. */
async function joinQuoted(first: Line, next: () => Promise<Line | null>): Promise<Line[]> {
  const joined = [first];
  let length = first.text.length;
  let isOpen = hasOddQuotes(first.text);
  while (isOpen && joined.length < MAX_RECORD_LINES && length <= MAX_LINE_BYTES) {
    const line = await next();
    if (!line) break;
    joined.push(line);
    length += line.text.length;
    if (line.error !== undefined) break;
    isOpen = isOpen !== hasOddQuotes(line.text);
  }
  return joined;
}

const hasOddQuotes = (text: string): boolean => text.split('"').length % 2 === 0;

/** Spreadsheets use semicolons where the comma is the decimal sign. No field name contains a separator. */
const separatorOf = (header: string): string =>
  [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ',';

function parseRecord(text: string, delimiter: string): readonly string[] | null {
  try {
    const options = { delimiter, record_delimiter: '\n', relax_column_count: true };
    return Row.parse(parse(text, options))[0];
  } catch {
    return null;
  }
}

function readHeader(names: readonly string[]): readonly Column[] {
  const known = importedFields();
  const columns = names.map((name) => ({ name: name.trim(), kind: known.get(name.trim()) }));
  const unknown = columns.filter(({ kind }) => kind === undefined).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new UsageError(
      `The first line must name the fields. Unknown fields: ${unknown.join(', ')}. Known fields: ${[...known.keys()].join(', ')}.`,
    );
  }
  const duplicate = columns.find(({ name }, at) => columns.findIndex((other) => other.name === name) !== at);
  if (duplicate) throw new UsageError(`The first line names ${duplicate.name} twice.`);
  return columns.map(({ name, kind = 'text' }) => ({ path: name.split('.'), kind }));
}

/** An account of the cells, not validated. */
function toAccount(header: readonly Column[], cells: readonly string[]): object {
  const account: Record<string, unknown> = {};
  for (const [at, { path, kind }] of header.entries()) {
    const text = cells[at] ?? '';
    if (text === '') continue;
    const [group = '', field] = path;
    const value = toValue(kind, text);
    account[group] = field === undefined ? value : { ...Object(account[group]), [field]: value };
  }
  return account;
}

function toValue(kind: FieldKind, text: string): unknown {
  switch (kind) {
    case 'number':
      // Other text stays text; the validation of the account then rejects it by field name.
      return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
    case 'roles':
      return text.split('|').map((code) => ({ code: code.trim(), name: code.trim() }));
    case 'text':
      return text;
  }
}
