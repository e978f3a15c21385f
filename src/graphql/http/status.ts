import type { GraphQLFormattedError } from 'graphql';
import { FAULT_CODE } from '../execution/error-codes.js';

/** By `extensions.code`; 400 for all others. */
const statuses: Readonly<Record<string, number>> = {
  // Apollo's clients then send the text of the document.
  PERSISTED_QUERY_NOT_FOUND: 200,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  TOO_LARGE: 413,
  THROTTLED: 429,
  [FAULT_CODE]: 500,
  UNAVAILABLE: 503,
};

/** Mistakes in a well-formed request. */
const requestErrors: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
]);

/**
 * The status of a request that was refused before execution. With `application/json` a mistake in the document has
 * status 200, because proxies answer with that media type, too.
 * https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 * @param accept the header; by default, any media type is accepted.
 */
export function statusOf({ extensions }: GraphQLFormattedError, accept = ''): number {
  const code = extensions?.code;
  if (requestErrors.has(code) && !accept.includes('application/graphql-response+json')) return 200;
  return statuses[String(code)] ?? 400;
}

/** The header Retry-After of the first error that says when to try again. */
export function retryHeaders(
  errors: readonly GraphQLFormattedError[] = [],
): Readonly<Record<string, string>> {
  const retryAfter = errors.find(({ extensions }) => extensions?.retryAfter !== undefined)?.extensions
    ?.retryAfter;
  return retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
}
