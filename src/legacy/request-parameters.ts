import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';
import { Charset } from '../http/text/charset.js';
import { UnreadableText } from '../http/text/unreadable-text.js';
import { parseUrlencoded, queryString } from '../http/text/urlencoded.js';

/** Request parameters by name, not validated. If a name is sent twice, its last value counts. */
export type RequestParameters = Readonly<Record<string, unknown>>;

/**
 * Limits far above what devices send. Parsing half a million pairs would block the event loop, so the rest of a
 * larger form is ignored.
 */
const MAX_URLENCODED_PAIRS = 1000;
const MAX_MULTIPART_FIELDS = 100;
const MAX_MULTIPART_PARTS = 200;
/** Bytes of a multipart form parsed at a time: parsing stops at a limit only between two chunks. */
const CHUNK_BYTES = 16 * 1024;

const malformed = (what: string) =>
  new DomainError('INVALID_INPUT', `The ${what} is malformed.`, { field: 'body' });

/**
 * Reads the parameters of the body (JSON, urlencoded or multipart form) and of the query; the body takes
 * precedence. An empty body has no parameters, and an unknown content type is read as JSON: some devices send a
 * wrong one. The query is UTF-8, and the body in the charset of its Content-Type.
 * @throws DomainError INVALID_INPUT if the body is malformed; UnreadableText
 */
export async function readParameters(request: FastifyRequest): Promise<RequestParameters> {
  const query = readQuery(request);
  // Without a prototype, a parameter named `__proto__` is a name like any other.
  return Object.assign(Object.create(null), query, await readBody(request));
}

/** The parameters of the query. @throws UnreadableText */
export const readQuery = ({ raw }: FastifyRequest): RequestParameters =>
  Object.fromEntries(parseUrlencoded(queryString(raw.url), Charset.utf8));

async function readBody({ body, headers }: FastifyRequest): Promise<object> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  const contentType = headers['content-type'] ?? '';
  const type = contentType.toLowerCase();
  if (type.startsWith('multipart/form-data')) return parseMultipart(body, contentType);
  const charset = Charset.of(contentType);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(parseUrlencoded(body.toString('latin1'), charset, MAX_URLENCODED_PAIRS));
  }
  const text = charset.decode(body, 'body').replace(/^\uFEFF/, '');
  return text.trim() === '' ? {} : parseJson(text);
}

function parseJson(text: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed('JSON body');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw malformed('JSON body');
  refuseUnpairedSurrogates(parsed);
  return parsed;
}

/** An escape such as `\ud800` is half a character: to hash or store it, it would have to be replaced. */
function refuseUnpairedSurrogates(parameters: object): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'string' && !value.isWellFormed()) throw new UnreadableText('bytes', name);
  }
}

/** Reads text fields only; files are skipped. */
function parseMultipart(body: Buffer, contentType: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const fields: [string, string][] = [];
    try {
      const form = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: MAX_MULTIPART_FIELDS, parts: MAX_MULTIPART_PARTS },
      });
      const source = Readable.from(chunksOf(body));
      form.on('field', (name, value) => fields.push([name, value]));
      // Without this listener, a file that is cut off would crash the process.
      form.on('file', (_name, file) => file.on('error', () => reject(malformed('form'))).resume());
      form.on('error', () => reject(malformed('form')));
      form.on('finish', () => resolve(Object.fromEntries(fields)));
      form.on('partsLimit', () => {
        source.unpipe(form);
        // The last field before the limit is emitted after this event.
        setImmediate(() => resolve(Object.fromEntries(fields)));
      });
      source.pipe(form);
    } catch {
      reject(malformed('form'));
    }
  });
}

function* chunksOf(body: Buffer): Generator<Buffer> {
  for (let start = 0; start < body.length; start += CHUNK_BYTES) {
    yield body.subarray(start, start + CHUNK_BYTES);
  }
}
