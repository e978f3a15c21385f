import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DomainError, type DomainErrorCode } from '../../errors.js';
import { withoutValues } from './redact-values.js';

/** How each refusal shows in `extensions.code`. A login does not tell which half of it was wrong. */
export const extensionCodes: Record<DomainErrorCode, string> = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  ACCOUNT_UNKNOWN: 'BAD_CREDENTIALS',
  PASSWORD_WRONG: 'BAD_CREDENTIALS',
  ACCOUNT_DISABLED: 'ACCOUNT_DISABLED',
  CAPTCHA_REQUIRED: 'CAPTCHA_REQUIRED',
  CAPTCHA_INVALID: 'CAPTCHA_INVALID',
  CAPTCHA_EXPIRED: 'CAPTCHA_EXPIRED',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  INVALID_INPUT: 'INVALID_INPUT',
  THROTTLED: 'THROTTLED',
  TOO_LARGE: 'TOO_LARGE',
  UNAVAILABLE: 'UNAVAILABLE',
};

/** What a fault of ours shows, which is all that it shows. */
export const MASKED_FAULT = 'INTERNAL_SERVER_ERROR';

/** How errors are worded. */
export interface Wording {
  /** Whether a mistyped name is told with those of the schema that are like it. */
  readonly suggestions: boolean;
}

const BAD_CREDENTIALS_MESSAGE = 'The account or the password is wrong.';

/**
 * What a client sees of an error: a refusal with its code and details, the request's own mistakes as graphql-js
 * words them, and nothing of a fault, which is logged whole.
 */
export function presentError(
  error: unknown,
  formatted: GraphQLFormattedError,
  log: FastifyBaseLogger,
  { suggestions }: Wording = { suggestions: true },
): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  const place = {
    ...(formatted.path ? { path: formatted.path } : {}),
    ...(formatted.locations ? { locations: formatted.locations } : {}),
  };
  if (cause instanceof DomainError) {
    const code = extensionCodes[cause.code];
    if (code === 'UNAVAILABLE') log.warn({ err: cause }, 'an operation could not be served');
    const message = code === 'BAD_CREDENTIALS' ? BAD_CREDENTIALS_MESSAGE : cause.message;
    return { message, ...place, extensions: { code, ...cause.details } };
  }
  const faultless =
    cause === undefined || (cause instanceof GraphQLError && cause.originalError === undefined);
  if (faultless || inputMistake.test(formatted.message)) {
    const message = withoutValues(
      formatted.message,
      error instanceof GraphQLError ? error.originalError?.message : undefined,
    );
    const shown = suggestions ? message : withoutSuggestion(message);
    return { message: shown, ...place, extensions: { code: requestMistake(formatted) } };
  }
  log.error({ err: cause }, 'an operation failed unexpectedly');
  return {
    message: 'Something went wrong on our side.',
    ...place,
    extensions: { code: MASKED_FAULT },
  };
}

/** No pattern: one takes time by the square of a message that quotes what looks like suggestions. */
function withoutSuggestion(message: string): string {
  const start = message.endsWith('?') ? message.lastIndexOf(' Did you mean ') : -1;
  return start < 0 ? message : message.slice(0, start);
}

/** An input that a scalar's own code refuses is the client's mistake, whatever that code throws. */
const inputMistake = /^(?:Variable "\$\w+" got invalid value|Expected value of type) /;

/** GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED and their like, as Apollo names them. */
function requestMistake({ extensions }: GraphQLFormattedError): unknown {
  const code = extensions?.code;
  return code === undefined || code === MASKED_FAULT ? 'BAD_REQUEST' : code;
}
