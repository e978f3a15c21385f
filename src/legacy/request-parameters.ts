import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';

/** What a device sent, by name. A name sent twice has its last value. */
export type RequestParameters = Readonly<Record<string, unknown>>;

/** As the framework's query parser leaves it. */
export type LegacyHttpRequest = FastifyRequest<{ Querystring: Record<string, string | string[]> }>;

/** More parameters than any device sends: what comes after them is not read, since it may be half a million. */
const MOST_PAIRS = 1000;
const MOST_FIELDS = 100;
const MOST_PARTS = 200;
/** Bytes of a form that are read before we look whether it is past its limits. */
const PIECE_BYTES = 16 * 1024;

const malformed = (what: string) =>
  new DomainError('INVALID_INPUT', `The ${what} is malformed.`, { field: 'body' });

/**
 * Body (JSON, urlencoded or multipart form) and query as one, body first. An empty body is no parameters,
 * whatever its content type says; an unknown content type is read as JSON, as careless devices mean it.
 * @throws DomainError INVALID_INPUT for a body that cannot be read.
 */
export async function readParameters(request: LegacyHttpRequest): Promise<RequestParameters> {
  const last = Object.entries(request.query).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.at(-1) : value,
  ]);
  // No prototype: a parameter named `__proto__` is a name like any other.
  return Object.assign(Object.create(null), Object.fromEntries(last), await parseBody(request));
}

async function parseBody({ body, headers }: LegacyHttpRequest): Promise<object> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('multipart/form-data')) return parseMultipart(body, headers['content-type'] ?? '');
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return {};
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text.split('&', MOST_PAIRS).join('&')));
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

/** Text fields only: a file that comes along is passed over, and so is what comes after too many parts. */
function parseMultipart(body: Buffer, contentType: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const fields: [string, string][] = [];
    try {
      const form = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: MOST_FIELDS, parts: MOST_PARTS },
      });
      const source = Readable.from(piecesOf(body));
      form.on('field', (name, value) => fields.push([name, value]));
      // Cut off in the middle, a file without this listener would bring the process down.
      form.on('file', (_name, file) => file.on('error', () => reject(malformed('form'))).resume());
      form.on('error', () => reject(malformed('form')));
      form.on('finish', () => resolve(Object.fromEntries(fields)));
      form.on('partsLimit', () => {
        source.unpipe(form);
        // The field before it ends a little later.
        setImmediate(() => resolve(Object.fromEntries(fields)));
      });
      source.pipe(form);
    } catch {
      reject(malformed('form'));
    }
  });
}

function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}
