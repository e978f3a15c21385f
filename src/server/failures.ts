import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setSecurityHeaders } from '../http/security-headers.js';
import { dialects } from '../legacy/index.js';
import { sendFailure } from '../legacy/plugin.js';

/** What answers where no door does: nothing of the request comes back, and faults are logged and masked. */
export function registerFailures(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404));
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode < 500) return refuse(reply, statusCode);
    request.log.error({ err: error }, 'a request failed unexpectedly');
    return refuse(reply, 500);
  });
}

/** A request that reaches no route, since its URL cannot be decoded. */
export function refuseUrl(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // No hook runs for it.
  setSecurityHeaders(request, reply);
  reply.header('access-control-allow-origin', '*');
  // In absolute form (RFC 9112, 3.2.2) it names us before the path.
  const path = request.url.replace(/^https?:\/\/[^/]*/i, '');
  const dialect = dialects.find(({ catchAllPrefix: folder }) => folder && path.startsWith(`${folder}/`));
  return dialect ? sendFailure(dialect, error, request, reply) : refuse(reply, 400);
}

const refuse = (reply: FastifyReply, status: number) =>
  reply.code(status).send({ status, message: STATUS_CODES[status] ?? 'Failed' });
