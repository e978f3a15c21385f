import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import { requestLog } from '../../http/request-log.js';
import { UnreadableText } from '../../http/text/unreadable-text.js';
import { presentError } from '../execution/present.js';
import { retryHeaders, statusOf } from './status.js';

/** Answers a request that was refused before it became an operation, in the form of GraphQL errors. */
export function sendBodyError(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, headers, body } = bodyFailure(error, requestLog(request));
  return reply.code(status).headers(headers).send(body);
}

/** The response to a request that was refused before it became an operation. */
export function bodyFailure(error: Error & { statusCode?: number }, log: FastifyBaseLogger) {
  const formatted = presentError(refusalOf(error), { log, suggestions: true });
  return {
    status: isUnsupported(error) ? 415 : statusOf(formatted),
    headers: retryHeaders([formatted]),
    body: { errors: [formatted] },
  };
}

const isUnsupported = (error: Error & { statusCode?: number }): boolean =>
  error.statusCode === 415 ||
  (error instanceof UnreadableText && ['charset', 'contentEncoding'].includes(error.reason));

/** Fastify's own messages address the developer of the server. */
function refusalOf(error: Error & { statusCode?: number }): Error {
  const { statusCode = 500 } = error;
  if (error instanceof DomainError || statusCode >= 500) return error;
  if (statusCode === 413) return new DomainError('TOO_LARGE', 'The request is too large.');
  if (statusCode === 415) {
    return new DomainError('INVALID_INPUT', 'Content-Type must be application/json.');
  }
  return new DomainError('INVALID_INPUT', 'Invalid JSON in the body of the request.');
}
