import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { DomainError } from '../../errors.js';
import { claimedDigest } from './digest.js';

/** What goes with a file: a version, notes, a GraphQL operation. */
const LARGEST_FIELD = 256 * 1024;
const LIMITS = { files: 1, fields: 20, parts: 25, fieldSize: LARGEST_FIELD, fieldNameSize: 100 };

/** All that a form has beside the file's bytes, delimiters included, is smaller. */
const LARGEST_REST = 1024 * 1024;

/** A client that goes on sending what has been refused is heard out this long, so that it gets to read why. */
const LINGER_MS = 5000;

/** The content of a file that was received whole. */
export interface ReceivedFile {
  /** 64 hex digits. */
  readonly sha256: string;
  discard(): Promise<void>;
}

/** A form that was received whole. */
export interface UploadForm<Received extends ReceivedFile> {
  readonly fields: Readonly<Record<string, string>>;
  /** With the name of its field, and its own as the client sent it. The caller must publish or discard it. */
  readonly file: { readonly field: string; readonly name: string; readonly received: Received } | null;
}

/** Stores a file while it is being received. */
export interface Receiver<Received extends ReceivedFile> {
  readonly maxBytes: number;
  receive(source: Readable): Promise<Received>;
}

const refuse = (message: string, field = 'body') => new DomainError('INVALID_INPUT', message, { field });

/**
 * Reads a multipart form with at most one file, which goes straight to `receiver`; fields come in any order.
 * The caller's right to upload must have been checked: this reads whatever is sent.
 * @throws DomainError INVALID_INPUT (malformed, cut off, several files, wrong digest), TOO_LARGE, UNAVAILABLE;
 * then nothing that was received stays.
 */
export async function readForm<Received extends ReceivedFile>(
  request: IncomingMessage,
  receiver: Receiver<Received>,
): Promise<UploadForm<Received>> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > receiver.maxBytes + LARGEST_REST) {
    throw new DomainError('TOO_LARGE', `A package has at most ${receiver.maxBytes} bytes.`, {
      field: 'file',
    });
  }
  const form = openForm(request);
  const digest = claimedDigest(request);
  const fields: [string, string][] = [];
  let incoming: Readable | undefined;
  let receiving: Promise<UploadForm<Received>['file']> = Promise.resolve(null);
  try {
    await new Promise<void>((resolve, reject) => {
      form.on('field', (name, value, nameCut, valueCut) => {
        if (nameCut || valueCut) reject(new DomainError('TOO_LARGE', 'A field of the form is too long.'));
        fields.push([name, value]);
      });
      form.on('file', (field, stream, name) => {
        incoming = stream;
        // Cut off before anybody reads it, it would bring the process down.
        stream.on('error', () => {});
        receiving = receiver.receive(stream).then((received) => ({ field, name: name ?? '', received }));
        receiving.catch(reject);
      });
      form.on('filesLimit', () => reject(refuse('Only one file can be uploaded at a time.', 'file')));
      for (const limit of ['fieldsLimit', 'partsLimit'] as const) {
        form.on(limit, () => reject(refuse('The form has too many fields.')));
      }
      form.on('error', () => reject(refuse('The form is malformed.')));
      form.on('finish', resolve);
      request.on('error', () => reject(refuse('The upload was cut off.')));
      request.on('close', () => request.readableEnded || reject(refuse('The upload was cut off.')));
      request.pipe(form);
    });
    const file = await receiving;
    if (digest && !digest.matches(file?.received.sha256)) {
      throw refuse('What came in does not have the digest that its header names.', 'sha256');
    }
    return { fields: Object.fromEntries(fields), file };
  } catch (error) {
    request.unpipe(form);
    incoming?.destroy();
    await receiving.then((file) => file?.received.discard()).catch(() => {});
    throw error;
  }
}

function openForm({ headers }: IncomingMessage): BusboyInstance {
  const contentType = headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) throw refuse('A multipart form is needed.', 'file');
  try {
    // With its path, so that a file name with one can be refused instead of mended.
    return new Busboy({ headers: { 'content-type': contentType }, limits: LIMITS, preservePath: true });
  } catch {
    throw refuse('The form is malformed.');
  }
}

/**
 * To be called once a request is refused: lets a client that is still sending read the answer. What it sends is
 * dropped for a moment, then the connection ends.
 */
export function dropRest(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LINGER_MS).unref();
}
