import { Charset } from '../../http/text/charset.js';
import { UnreadableText } from '../../http/text/unreadable-text.js';
import { UsageError } from '../failures.js';

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

/**
 * Reads text line by line, without the byte order mark and the line ends (LF or CRLF).
 * @param encoding one in which a line feed is never a part of another character.
 * @throws UsageError if the encoding is not supported.
 */
export async function* readLines(source: AsyncIterable<Buffer>, encoding = 'UTF-8'): AsyncGenerator<Line> {
  const toLine = lineDecoder(encoding);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let number = 0;
  for await (const chunk of source) {
    if (number === 0 && pendingBytes === 0) refuseUtf16(chunk);
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

function lineDecoder(encoding: string) {
  const charset = namedCharset(encoding);
  return (number: number, pending: readonly Buffer[], length: number, last: Buffer): Line => {
    if (length > MAX_LINE_BYTES) return { number, text: '', error: 'The line is longer than 1 MiB.' };
    try {
      const text = charset.decode(Buffer.concat([...pending, last]), 'line').replace(/\r$/, '');
      return { number, text: number === 1 ? text.replace(/^\ufeff/, '') : text };
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      return { number, text: '', error: `The line is not ${encoding.toUpperCase()}.` };
    }
  };
}

function namedCharset(encoding: string): Charset {
  try {
    return Charset.named(encoding);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    throw new UsageError(
      `The encoding ${encoding} is not supported; use utf-8, gbk, gb18030, big5 or latin1.`,
    );
  }
}

/** A line feed may be half of a character there, so that no line could be read. */
function refuseUtf16(start: Buffer): void {
  const mark = start.subarray(0, 2).toString('latin1');
  if (mark === '\xff\xfe' || mark === '\xfe\xff') {
    throw new UsageError('The file is UTF-16. Save it as UTF-8, in a spreadsheet as "CSV UTF-8".');
  }
}
