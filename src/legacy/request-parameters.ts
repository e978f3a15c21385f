import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';

/** Request parameters by name, not validated. If a name is sent twice, its last value counts. */
export type RequestParameters = Readonly<Record<string, unknown>>;

/** The query is typed as Fastify parses it. */
export type LegacyHttpRequest = FastifyRequest<{ Querystring: Record<string, string | string[]> }>;

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
 * wrong one.
 * @throws DomainError INVALID_INPUT if the body is malformed.
 */
export async function readParameters(request: LegacyHttpRequest): Promise<RequestParameters> {
  const query = Object.entries(request.query).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.at(-1) : value,
  ]);
  // Without a prototype, a parameter named `__proto__` is a name like any other.
  return Object.assign(Object.create(null), Object.fromEntries(query), await readBody(request));
}

async function readBody({ body, headers }: LegacyHttpRequest): Promise<object> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('multipart/form-data')) return parseMultipart(body, headers['content-type'] ?? '');
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return {};
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text.split('&', MAX_URLENCODED_PAIRS).join('&')));
  }
  return parseJson(text);
}

function parseJson(text: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed('JSON body');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw malformed('JSON body');
  return parsed;
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
