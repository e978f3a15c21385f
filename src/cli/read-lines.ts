import { isUtf8 } from 'node:buffer';

/** No record is longer; a file without line ends must not fill the memory. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** Why it cannot be read; its text is then empty. */
  readonly error?: string;
}

/** The lines of UTF-8 text, one at a time; a byte order mark and line ends of either kind are left out. */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let restLength = 0;
  let number = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      number += 1;
      yield toLine(number, rest, restLength + end - start, chunk.subarray(start, end));
      rest = [];
      restLength = 0;
      start = end + 1;
    }
    restLength += chunk.length - start;
    // What is too long is counted on, and not kept.
    rest = restLength > MAX_LINE_BYTES ? [] : [...rest, chunk.subarray(start)];
  }
  if (restLength > 0) yield toLine(number + 1, rest, restLength, Buffer.alloc(0));
}

function toLine(number: number, rest: readonly Buffer[], length: number, last: Buffer): Line {
  if (length > MAX_LINE_BYTES) return { number, text: '', error: 'The line is longer than 1 MiB.' };
  const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last]);
  if (!isUtf8(bytes)) return { number, text: '', error: 'The line is not UTF-8.' };
  const text = bytes.toString('utf8').replace(/\r$/, '');
  return { number, text: number === 1 ? text.replace(/^\ufeff/, '') : text };
}
