import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { crossOriginHeaders } from '../http/cross-origin.js';
import { setSecurityHeaders } from '../http/security-headers.js';
import { dialects } from '../legacy/index.js';
import { sendFailure } from '../legacy/plugin.js';

/** Answers what no API answers. Nothing of the request is sent back; faults are logged and masked. */
export function registerErrorHandlers(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => sendStatus(reply, 404));
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode < 500) return sendStatus(reply, statusCode);
    request.log.error({ err: error }, 'a request failed unexpectedly');
    return sendStatus(reply, 500);
  });
}

/** Answers a request whose URL cannot be decoded, so that it matches no route and runs no hook. */
export function handleUndecodableUrl(
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  setSecurityHeaders(request, reply);
  reply.headers(crossOriginHeaders);
  // A URL in absolute form (RFC 9112, 3.2.2) has the origin in front of the path.
  const path = request.url.replace(/^https?:\/\/[^/]*/i, '');
  const dialect = dialects.find(
    ({ catchAllPrefix }) => catchAllPrefix && path.startsWith(`${catchAllPrefix}/`),
  );
  return dialect ? sendFailure(dialect, error, request, reply) : sendStatus(reply, 400);
}

const sendStatus = (reply: FastifyReply, status: number) =>
  reply.code(status).send({ status, message: STATUS_CODES[status] ?? 'Failed' });
