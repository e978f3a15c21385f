import type { FastifyBaseLogger } from 'fastify';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { unavailableDatabase } from '../../database/unavailable.js';
import { DomainError, isOutage } from '../../errors.js';
import { extensionCodes, FAULT_CODE } from './error-codes.js';
import { redactValues } from './redact-values.js';

export interface Presentation {
  readonly log: FastifyBaseLogger;
  /** Whether to suggest names of the schema for misspelt ones. */
  readonly suggestions: boolean;
}

/**
 * What a client sees of an error: a refusal with its code and details, a mistake of the request in the words of
 * graphql-js but without the values sent, and nothing of a fault, which is logged.
 */
export function presentError(error: unknown, { log, suggestions }: Presentation): GraphQLFormattedError {
  const graphqlError = error instanceof GraphQLError ? error : null;
  const { path, locations } = graphqlError ?? {};
  const location = { ...(path ? { path } : {}), ...(locations ? { locations } : {}) };
  const thrown = graphqlError ? graphqlError.originalError : error;
  const cause = unavailableDatabase(thrown);
  if (cause instanceof DomainError) {
    const code = extensionCodes[cause.code];
    if (isOutage(cause)) log.warn({ err: thrown }, 'an operation could not be served');
    const message = code === 'BAD_CREDENTIALS' ? 'The account or the password is wrong.' : cause.message;
    return { message, ...location, extensions: { code, ...cause.details } };
  }
  if (graphqlError && isClientMistake(graphqlError)) {
    const message = redactValues(graphqlError.message, graphqlError.originalError?.message);
    return {
      message: suggestions ? message : withoutSuggestion(message),
      ...location,
      extensions: { code: mistakeCode(graphqlError) },
    };
  }
  log.error({ err: cause }, 'an operation failed unexpectedly');
  return { message: 'Something went wrong on our side.', ...location, extensions: { code: FAULT_CODE } };
}

/** Why an operation failed: the code of a DomainError or of a mistake in the request, or FAULT. */
export function failureCode(error: GraphQLError): string {
  const cause = unavailableDatabase(error.originalError);
  if (cause instanceof DomainError) return cause.code;
  return isClientMistake(error) ? String(mistakeCode(error)) : 'FAULT';
}

/** As graphql-js and graphql-ws declare it. */
export interface UnpresentedResult {
  readonly data?: ExecutionResult['data'];
  readonly errors?: readonly GraphQLError[] | undefined;
}

export function presentResult(
  { data = null, errors }: UnpresentedResult,
  presentation: Presentation,
): FormattedExecutionResult {
  if (!errors) return { data };
  return { data, errors: errors.map((error) => presentError(error, presentation)) };
}

/** An input that the code of a scalar refuses counts as well, whatever that code throws. */
function isClientMistake({ message, originalError }: GraphQLError): boolean {
  const hasNoCause =
    originalError === undefined ||
    (originalError instanceof GraphQLError && originalError.originalError === undefined);
  return hasNoCause || /^(?:Variable "\$\w+" got invalid value|Expected value of type) /.test(message);
}

function mistakeCode({ extensions }: GraphQLError): unknown {
  const { code = 'BAD_REQUEST' } = extensions;
  return code === FAULT_CODE ? 'BAD_REQUEST' : code;
}

/** Not by a regular expression: its time could grow with the square of a message that quotes a long value. */
function withoutSuggestion(message: string): string {
  const start = message.endsWith('?') ? message.lastIndexOf(' Did you mean ') : -1;
  return start < 0 ? message : message.slice(0, start);
}
