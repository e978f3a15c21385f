import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type FieldKind, importedFields } from '../administration/imported-user.js';
import { UsageError } from './failures.js';
import type { FileRecord } from './json-records.js';
import { type Line, MAX_LINE_BYTES } from './read-lines.js';

/** A record with line ends inside its quotes goes over no more lines than this. */
const MAX_RECORD_LINES = 1000;

const Row = z.tuple([z.array(z.string())]);

/** The fields of a record as they are written, or why it is none. */
type Cells =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly fault: string };

/** A field of an account, such as `['password', 'hash']`. */
interface Column {
  readonly path: readonly string[];
  readonly kind: FieldKind;
}

/**
 * CSV (RFC 4180) whose first line names the fields of an account, nested ones with dots (`password.hash`). An
 * empty field is an absent one; `roles` are codes with `|` between them.
 * @throws UsageError for a header that names an unknown field.
 */
export async function* csvRecords(lines: AsyncIterable<Line>): AsyncGenerator<FileRecord> {
  let header: readonly Column[] | null = null;
  for await (const record of readCells(lines)) {
    if ('fault' in record) yield record;
    else if (header === null) header = readHeader(record.cells);
    else if (record.cells.length === header.length) {
      yield { line: record.line, value: toAccount(header, record.cells) };
    } else {
      const fault = `The line has ${record.cells.length} fields, and the header names ${header.length}.`;
      yield { line: record.line, fault };
    }
  }
}

/**
 * A quote that is opened and never closed would swallow the rest of the file. So lines are joined only until
 * their quotes are even, and if that makes no record like the first, the first of the lines alone is at fault.
 */
async function* readCells(lines: AsyncIterable<Line>): AsyncGenerator<Cells> {
  const source = lines[Symbol.asyncIterator]();
  const putBack: Line[] = [];
  const next = async (): Promise<Line | null> => {
    const line = putBack.shift();
    if (line) return line;
    const { value, done } = await source.next();
    return done ? null : value;
  };
  let width: number | null = null;
  for (let line = await next(); line; line = await next()) {
    const { number, text, error: fault } = line;
    if (fault !== undefined) yield { line: number, fault };
    else if (!text.includes('"')) {
      if (text.trim() === '') continue;
      const cells = text.split(',');
      width ??= cells.length;
      yield { line: number, cells };
    } else {
      const joined = await joinQuoted(line, next);
      const cells = parseRecord(joined.map((part) => part.text).join('\n'));
      if (cells && (joined.length === 1 || cells.length === (width ?? cells.length))) {
        width ??= cells.length;
        yield { line: number, cells };
      } else {
        putBack.unshift(...joined.slice(1));
        yield { line: number, fault: 'A quote is not closed, or stands inside a field.' };
      }
    }
  }
}

/** The line, and those that follow until its quotes are even. */
async function joinQuoted(first: Line, next: () => Promise<Line | null>): Promise<Line[]> {
  const joined = [first];
  let length = first.text.length;
  for (
    let open = hasOddQuotes(first.text);
    open && joined.length < MAX_RECORD_LINES && length <= MAX_LINE_BYTES;
  ) {
    const line = await next();
    if (!line) break;
    joined.push(line);
    length += line.text.length;
    if (line.error !== undefined) break;
    open = open !== hasOddQuotes(line.text);
  }
  return joined;
}

const hasOddQuotes = (text: string): boolean => text.split('"').length % 2 === 0;

function parseRecord(text: string): readonly string[] | null {
  try {
    return Row.parse(parse(text, { record_delimiter: '\n', relax_column_count: true }))[0];
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
      `The first line must name fields, with commas between them; these are none: ${unknown.join(', ')}. Fields are ${[...known.keys()].join(', ')}.`,
    );
  }
  const twice = columns.find(({ name }, at) => columns.findIndex((other) => other.name === name) !== at);
  if (twice) throw new UsageError(`The first line names ${twice.name} twice.`);
  return columns.map(({ name, kind = 'text' }) => ({ path: name.split('.'), kind }));
}

/** What the cells say, not validated yet. */
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
      // Anything else stays text, and is refused by its name.
      return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
    case 'roles':
      return text.split('|').map((code) => ({ code: code.trim(), name: code.trim() }));
    case 'text':
      return text;
  }
}
