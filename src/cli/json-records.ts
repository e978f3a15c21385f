import type { Line } from './read-lines.js';

/** A record of a file, or why it is none. */
export type FileRecord =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly fault: string };

/** JSON Lines (https://jsonlines.org): a value in each line; empty lines are passed over. */
export async function* jsonRecords(lines: AsyncIterable<Line>): AsyncGenerator<FileRecord> {
  for await (const { number, text, error: fault } of lines) {
    if (fault !== undefined) yield { line: number, fault };
    else if (text.trim() !== '') yield jsonRecord(number, text);
  }
}

function jsonRecord(line: number, text: string): FileRecord {
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    // Node's own words quote the line, and with it a hash.
    return { line, fault: 'The line is not JSON.' };
  }
}
