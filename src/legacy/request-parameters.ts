import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';
import { readParts, readText, TooManyParts } from '../http/multipart/parts.js';
import { Charset } from '../http/text/charset.js';
import { UnreadableText } from '../http/text/unreadable-text.js';
import { parseUrlencoded, queryString } from '../http/text/urlencoded.js';
import { fieldValue, isJson } from './form-fields.js';

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
  const body = await readBody(request);
  refuseUnpairedSurrogates(body);
  // Without a prototype, a parameter named `__proto__` is a name like any other.
  return Object.assign(Object.create(null), query, body);
}

/** The parameters of the query. @throws UnreadableText */
export const readQuery = ({ raw }: FastifyRequest): RequestParameters =>
  Object.fromEntries(parseUrlencoded(queryString(raw.url), Charset.utf8));

/** The query of a path without parameters, which must not fail because of it: none if it cannot be read. */
export function readOptionalQuery(request: FastifyRequest): RequestParameters {
  try {
    return readQuery(request);
  } catch (error) {
    if (error instanceof UnreadableText) return {};
    throw error;
  }
}

async function readBody({ body, headers }: FastifyRequest): Promise<object> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  const contentType = headers['content-type'] ?? '';
  const type = contentType.toLowerCase();
  if (type.startsWith('multipart/form-data')) return parseMultipart(body, contentType);
  const charset = Charset.of(contentType);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const form = body.toString('latin1');
    // Some clients leave this type, which is the default of theirs, on JSON. No form begins like an object.
    if (!/^(\xEF\xBB\xBF)?\s*\{/.test(form)) {
      return Object.fromEntries(parseUrlencoded(form, charset, MAX_URLENCODED_PAIRS));
    }
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
  return parsed;
}

/** An escape such as `\ud800` is half a character: to hash or store it, it would have to be replaced. */
function refuseUnpairedSurrogates(parameters: object): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'string' && !value.isWellFormed()) throw new UnreadableText('bytes', name);
  }
}

/** Reads fields; files are skipped. JSON is a field even with a file name, which browsers give to a Blob. */
async function parseMultipart(body: Buffer, contentType: string): Promise<object> {
  const fields: [string, unknown][] = [];
  try {
    for await (const part of readParts(Readable.from(chunksOf(body)), contentType, MAX_MULTIPART_PARTS)) {
      const { name, mimeType } = part;
      const isField = part.fileName === undefined || isJson(part);
      if (isField && fields.length < MAX_MULTIPART_FIELDS) {
        fields.push([name, fieldValue({ mimeType, text: await readText(part) })]);
      } else part.content.resume();
    }
  } catch (error) {
    if (!(error instanceof TooManyParts)) throw error;
  }
  return Object.fromEntries(fields);
}

function* chunksOf(body: Buffer): Generator<Buffer> {
  for (let start = 0; start < body.length; start += CHUNK_BYTES) {
    yield body.subarray(start, start + CHUNK_BYTES);
  }
}
