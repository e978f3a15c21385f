import type { FastifyBaseLogger } from 'fastify';
import type { DomainError } from '../errors.js';
import { bodyFailure } from '../graphql/http/body-errors.js';
import type { LegacyResponse } from '../legacy/dialect.js';
import { dialectAt } from '../legacy/index.js';

/** Why a request reached no route. */
export interface Refusal {
  /** HTTP status. A legacy API has its own. */
  readonly status: number;
  readonly error: DomainError;
}

/**
 * The response to a request that reached no route, in the form of the API that it calls.
 * @returns null outside the APIs.
 */
export function apiFailure(
  url: string,
  { status, error }: Refusal,
  log: FastifyBaseLogger,
): LegacyResponse | null {
  const path = pathOf(url);
  if (path === '/graphql') return { ...bodyFailure(error, log), status };
  return dialectAt(path)?.fail(error.code, error) ?? null;
}

/** As the router reads it: decoded where that is possible, and without a trailing slash. */
function pathOf(url: string): string {
  // A URL in absolute form (RFC 9112, 3.2.2) has the origin in front of the path.
  const path = url.replace(/^https?:\/\/[^/]*/i, '').replace(/\?.*/s, '');
  try {
    return decodeURI(path).replace(/(?<=.)\/$/, '');
  } catch {
    return path;
  }
}
