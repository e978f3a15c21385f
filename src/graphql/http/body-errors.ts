import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { DomainError, type DomainErrorCode } from '../../errors.js';
import { presentError } from '../execution/errors.js';

const statuses: Partial<Record<DomainErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  TOO_LARGE: 413,
  UNAVAILABLE: 503,
};

/** A request whose body never became an operation: its refusal as a GraphQL error, a fault masked and logged. */
export function sendBodyError(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = refusalOf(error);
  const formatted = presentError(
    refusal,
    refusal instanceof GraphQLError ? refusal.toJSON() : { message: refusal.message },
    request.log,
  );
  return reply.code(error.statusCode === 415 ? 415 : statusOf(refusal)).send({ errors: [formatted] });
}

function statusOf(refusal: Error): number {
  if (refusal instanceof DomainError) return statuses[refusal.code] ?? 400;
  // As Apollo has it for a hash that is not known: stock clients then send the text.
  return refusal instanceof GraphQLError ? 200 : 500;
}

/** Fastify words its own for the developer of the server. */
function refusalOf(error: Error & { statusCode?: number }): Error {
  const { statusCode = 500 } = error;
  if (error instanceof DomainError || statusCode >= 500) return error;
  if (statusCode === 413) return new DomainError('TOO_LARGE', 'The request is too large.');
  if (statusCode === 415) {
    return new DomainError('INVALID_INPUT', 'A body of this type is not read here: JSON is expected.');
  }
  return new DomainError('INVALID_INPUT', 'Invalid JSON: the body of the request cannot be read.');
}
