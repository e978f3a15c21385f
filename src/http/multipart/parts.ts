import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Dicer } from '@fastify/busboy';
import { DomainError } from '../../errors.js';
import { Charset } from '../text/charset.js';
import { type PartHeader, parseParameters, parsePartHeader, type RawHeader } from './part-header.js';

/** A form that has more parts than its limit. */
export class TooManyParts extends DomainError {
  constructor() {
    super('INVALID_INPUT', 'The form has too many parts.', { field: 'body' });
  }
}

/** A part of a form. Its content must be read, or skipped by `content.resume()`, before the form can end. */
export interface Part extends PartHeader {
  readonly content: Readable;
}

/** Past `maxBytes`. */
export const tooLarge = (field: string, maxBytes: number): DomainError =>
  new DomainError('TOO_LARGE', `${field} must be at most ${maxBytes} bytes.`, { field });

const malformed = () => new DomainError('INVALID_INPUT', 'The form is malformed.', { field: 'body' });

/**
 * Splits a `multipart/form-data` body into its parts while it is being received. Other parts are skipped.
 * @throws DomainError INVALID_INPUT for a malformed form; TooManyParts after the last part within the limit;
 * UnreadableText
 */
export async function* readParts(
  form: Readable,
  contentType: string,
  maxParts: number,
): AsyncGenerator<Part, void, void> {
  const charset = Charset.of(contentType);
  const parser = createParser(contentType);
  const parts = new PassThrough({ objectMode: true });
  let count = 0;
  const contents: Readable[] = [];
  parser.on('part', (content: Readable) => {
    // The parser emits an error on a part that is cut off, and on itself.
    content.on('error', () => {});
    count += 1;
    if (count > maxParts) {
      form.unpipe(parser);
      parts.end();
    } else content.once('header', (header: RawHeader) => parts.write({ header, content }));
  });
  parser.on('finish', () => parts.end());
  parser.on('error', () => parts.destroy(malformed()));
  form.pipe(parser);
  try {
    for await (const { header, content } of parts) {
      const parsed = parsePartHeader(header, charset);
      if (parsed) yield { ...parsed, content };
      else content.resume();
      contents.push(content);
    }
  } finally {
    form.unpipe(parser);
  }
  if (count > maxParts) throw new TooManyParts();
  // The parser does not wait for content that arrived apart from the delimiter after it.
  for (const content of contents) await finished(content);
  // The last delimiter is not the end of the body, which may still be cut off.
  await finished(form.resume(), { writable: false });
}

/**
 * The text of a field.
 * @throws DomainError INVALID_INPUT for a part that is cut off, TOO_LARGE past `maxBytes`; UnreadableText
 */
export async function readText({ name, charset, content }: Part, maxBytes = Infinity): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of content) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
  } catch {
    throw malformed();
  }
  if (length > maxBytes) throw tooLarge(name, maxBytes);
  return charset.decode(Buffer.concat(chunks), name);
}

function createParser(contentType: string): Dicer {
  const boundary = parseParameters(contentType).get('boundary');
  if (!boundary) throw malformed();
  return new Dicer({ boundary });
}
