import type { Line } from './read-lines.js';

/** A record of a file that starts at `line`, not validated; or why it cannot be read. */
export type FileRecord =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly error: string };

/** Reads JSON Lines (https://jsonlines.org): one value per line. Empty lines are skipped. */
export async function* jsonRecords(lines: AsyncIterable<Line>): AsyncGenerator<FileRecord> {
  for await (const { number, text, error } of lines) {
    if (error !== undefined) yield { line: number, error };
    else if (text.trim() !== '') yield jsonRecord(number, text);
  }
}

function jsonRecord(line: number, text: string): FileRecord {
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    // Node's own message quotes the line, which holds a password hash.
    return { line, error: 'The line is not valid JSON.' };
  }
}
