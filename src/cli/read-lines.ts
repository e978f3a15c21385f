import { isUtf8 } from 'node:buffer';

/** Bytes of one record. The limit bounds the memory for a file without line ends. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Empty if the line cannot be read. */
  readonly text: string;
  /** Why the line cannot be read. */
  readonly error?: string;
}

/** Reads UTF-8 text line by line, without the byte order mark and the line ends (LF or CRLF). */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let number = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      number += 1;
      yield toLine(number, pending, pendingBytes + end - start, chunk.subarray(start, end));
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    pendingBytes += chunk.length - start;
    // Of a line that is too long, only the length is kept.
    pending = pendingBytes > MAX_LINE_BYTES ? [] : [...pending, chunk.subarray(start)];
  }
  if (pendingBytes > 0) yield toLine(number + 1, pending, pendingBytes, Buffer.alloc(0));
}

function toLine(number: number, pending: readonly Buffer[], length: number, last: Buffer): Line {
  if (length > MAX_LINE_BYTES) return { number, text: '', error: 'The line is longer than 1 MiB.' };
  const bytes = pending.length === 0 ? last : Buffer.concat([...pending, last]);
  if (!isUtf8(bytes)) return { number, text: '', error: 'The line is not UTF-8.' };
  const text = bytes.toString('utf8').replace(/\r$/, '');
  return { number, text: number === 1 ? text.replace(/^\ufeff/, '') : text };
}
