import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import type { TrustedDocuments } from '../execution/trusted-documents.js';

/**
 * Puts the text of the document in the place of its name, in the body or the URL.
 * @throws DomainError INVALID_INPUT, and as `TrustedDocuments.resolve`
 */
export function resolveDocument(request: FastifyRequest, trusted: TrustedDocuments): void {
  if (request.method === 'GET') resolveInUrl(request, trusted);
  else if (isObject(request.body)) {
    const { documentId: _documentId, extensions, ...body } = request.body;
    const query = trusted.resolve(request.body);
    const { persistedQuery: _persistedQuery, ...rest } = isObject(extensions) ? extensions : {};
    const others = isObject(extensions)
      ? { extensions: rest }
      : 'extensions' in request.body
        ? { extensions }
        : {};
    request.body = { ...body, ...others, ...(query === undefined ? {} : { query }) };
  }
}

/** The text that is in its place; empty where there is none, which who executes it refuses. */
export function documentText({ method, url, body }: FastifyRequest): string {
  const text =
    method === 'GET'
      ? URL.parse(url, 'http://gateway')?.searchParams.get('query')
      : isObject(body) && body.query;
  return typeof text === 'string' ? text : '';
}

/** As whoever executes it reads a URL. */
function resolveInUrl(request: FastifyRequest, trusted: TrustedDocuments): void {
  const url = URL.parse(request.url, 'http://gateway');
  if (!url) throw new DomainError('INVALID_INPUT', 'The URL cannot be read.');
  const { searchParams } = url;
  const extensions = readJson(searchParams.get('extensions'));
  const texts = searchParams.getAll('query');
  const query = trusted.resolve({
    query: texts[0],
    documentId: searchParams.get('documentId'),
    extensions,
  });
  // Several are refused by who executes them.
  if (texts.length > 1 || query === undefined) return;
  searchParams.set('query', query);
  searchParams.delete('documentId');
  if (isObject(extensions)) {
    const { persistedQuery: _persistedQuery, ...others } = extensions;
    searchParams.set('extensions', JSON.stringify(others));
  }
  request.raw.url = `${url.pathname}${url.search}`;
}

function readJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
