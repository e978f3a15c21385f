import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { DomainError } from '../../errors.js';
import { requireUncompressed } from '../text/content-encoding.js';
import { type ClaimedDigest, claimedDigest } from './claimed-digest.js';
import { type Part, readParts, readText, tooLarge } from './parts.js';

/** Bytes of a field beside the file: a version, notes, a GraphQL operation. */
const MAX_FIELD_BYTES = 256 * 1024;
const MAX_FIELDS = 20;
const MAX_PARTS = 25;

/** Bytes of a form beside those of the file: fields, part headers and delimiters. */
const MAX_OVERHEAD_BYTES = 1024 * 1024;

/** The file of a form, while it is being received. */
export interface FormFile {
  /** The name of its form field. */
  readonly field: string;
  /** As the client sent it, with its path if it has one. */
  readonly name: string;
  readonly mimeType: string;
  readonly encoding: string;
  /**
   * Ends once the whole form was received. Fails with a DomainError: INVALID_INPUT (malformed, cut off, several
   * files, wrong digest), TOO_LARGE (a field).
   */
  readonly content: Readable;
}

/** A text field of a form. */
export interface FormField {
  readonly mimeType: string;
  readonly text: string;
}

/** A multipart form with at most one file, while it is being received. */
export interface UploadForm {
  /** The fields received so far. All of them once `file` resolved to null or its content has ended. */
  readonly fields: ReadonlyMap<string, FormField>;
  /**
   * Resolves when the file begins, or to null when the form ends without one. The client must wait until the content
   * is read. Rejects like `content`.
   */
  readonly file: Promise<FormFile | null>;
  /** The text of a field that precedes the file. @throws DomainError INVALID_INPUT when it does not, and as `file` rejects. */
  leadingField(name: string): Promise<string>;
}

const CUT_OFF = 'The upload was cut off.';

const invalid = (message: string, field = 'body') => new DomainError('INVALID_INPUT', message, { field });

const misplaced = (name: string) => invalid(`${name} must be a field that precedes the file.`, name);

/**
 * Starts to receive a form. The caller must have checked the sender's permission to upload.
 * @param maxFileBytes checked by Content-Length alone; the consumer of the file enforces it.
 * @param fieldNames parts that are fields even with a file name, which browsers give to a Blob.
 * @throws DomainError INVALID_INPUT, TOO_LARGE; UnreadableText for a compressed form
 */
export function receiveForm(
  request: IncomingMessage,
  maxFileBytes: number,
  fieldNames: readonly string[],
): UploadForm {
  requireUncompressed(request.headers);
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxFileBytes + MAX_OVERHEAD_BYTES) throw tooLarge('file', maxFileBytes);
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    throw invalid('The body must be multipart/form-data.', 'file');
  }
  const parts = readParts(request, contentType, MAX_PARTS);
  return new IncomingForm(request, parts, fieldNames, claimedDigest(request));
}

class IncomingForm implements UploadForm {
  readonly fields = new Map<string, FormField>();
  readonly #file = Promise.withResolvers<FormFile | null>();
  readonly #awaited = new Map<string, PromiseWithResolvers<string>>();
  /** The fields that precede the file. Set when the file begins or the form ends. */
  #leading: ReadonlyMap<string, FormField> | undefined;
  #content: Readable | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly parts: AsyncIterable<Part>,
    private readonly fieldNames: readonly string[],
    private readonly digest: ClaimedDigest | null,
  ) {
    this.#file.promise.catch(() => {});
    request.on('error', () => this.#fail(invalid(CUT_OFF)));
    request.on('close', () => request.readableEnded || this.#fail(invalid(CUT_OFF)));
    this.#receive().catch((error: Error) => this.#fail(error));
  }

  get file(): Promise<FormFile | null> {
    return this.#file.promise;
  }

  async leadingField(name: string): Promise<string> {
    const field = (this.#leading ?? this.fields).get(name);
    if (field) return field.text;
    if (this.#leading) {
      await this.#file.promise;
      throw misplaced(name);
    }
    const awaited = this.#awaited.get(name) ?? Promise.withResolvers<string>();
    this.#awaited.set(name, awaited);
    return awaited.promise;
  }

  async #receive(): Promise<void> {
    for await (const part of this.parts) {
      const { name, mimeType, fileName } = part;
      if (fileName !== undefined && !this.fieldNames.includes(name)) this.#beginFile(part, fileName);
      else this.#addField(name, { mimeType, text: await readText(part, MAX_FIELD_BYTES) });
    }
    this.#finish();
  }

  #addField(name: string, field: FormField): void {
    this.fields.set(name, field);
    if (this.fields.size > MAX_FIELDS) throw invalid('The form has too many fields.');
    this.#awaited.get(name)?.resolve(field.text);
  }

  #beginFile({ name: field, mimeType, encoding, content }: Part, name: string): void {
    if (this.#content) throw invalid('The form must have only one file.', 'file');
    this.#endLeading(misplaced);
    this.#content = this.#contentOf(content);
    this.#file.resolve({ field, name, mimeType, encoding, content: this.#content });
  }

  #endLeading(errorOf: (name: string) => Error): void {
    this.#leading ??= new Map(this.fields);
    for (const [name, { reject }] of this.#awaited) reject(errorOf(name));
  }

  /** A stream of the same chunks that ends with the form. */
  #contentOf(source: Readable): Readable {
    const content = new Readable({
      read: () => source.resume(),
      destroy: (error, done) => {
        this.request.unpipe();
        source.destroy();
        done(error);
      },
    });
    source.pause();
    source.on('data', (chunk: Buffer) => {
      this.digest?.addFile(chunk);
      if (!content.push(chunk)) source.pause();
    });
    // Nor may an error end the process when the operation was refused and the content has no consumer.
    content.on('error', () => {});
    return content;
  }

  #finish(): void {
    if (this.digest && !this.digest.matches()) {
      this.#fail(invalid('sha256 of the digest header does not match the content.', 'sha256'));
    }
    this.#endLeading(misplaced);
    this.#file.resolve(null);
    this.#content?.push(null);
  }

  #fail(error: Error): void {
    this.request.unpipe();
    this.#endLeading(() => error);
    this.#file.reject(error);
    this.#content?.destroy(error);
  }
}
