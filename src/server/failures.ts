import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { unavailableDatabase } from '../database/unavailable.js';
import { DomainError } from '../errors.js';
import { crossOriginHeaders } from '../http/cross-origin.js';
import { requestLog } from '../http/request-log.js';
import { setSecurityHeaders } from '../http/security-headers.js';
import { html } from '../reference/html.js';
import { layout, sendPage } from '../reference/layout.js';
import { apiFailure, type Refusal } from './api-failure.js';

/** A database is back as soon as it answers, so that clients may ask often. */
const RETRY_AFTER_S = 1;

/**
 * Answers what no API answers: with a page in browsers, else with JSON. Nothing of the request is sent back; faults are
 * logged and masked.
 */
export function registerErrorHandlers(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => sendStatus(request, reply, 404));
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    if (error instanceof DomainError && error.details.retryAfter !== undefined) {
      reply.header('retry-after', error.details.retryAfter);
      return sendStatus(request, reply, error.code === 'THROTTLED' ? 429 : 503);
    }
    const { statusCode = error instanceof DomainError ? 400 : 500 } = error;
    if (statusCode < 500) return sendStatus(request, reply, statusCode);
    if (unavailableDatabase(error) !== error) {
      requestLog(request).warn({ err: error }, 'a request could not be served');
      return sendStatus(request, reply, 503);
    }
    requestLog(request).error({ err: error }, 'a request failed unexpectedly');
    return sendStatus(request, reply, 500);
  });
}

const undecodable: Refusal = {
  status: 400,
  error: new DomainError('INVALID_INPUT', 'The path cannot be decoded.'),
};

/** Answers a request whose URL cannot be decoded, so that it matches no route and runs no hook. */
export function handleUndecodableUrl(
  _error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  setSecurityHeaders(request, reply);
  reply.headers(crossOriginHeaders);
  const failure = apiFailure(request.url, undecodable, requestLog(request));
  return failure
    ? reply.code(failure.status).send(failure.body)
    : sendStatus(request, reply, undecodable.status);
}

function sendStatus(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  const body = statusBody(status);
  reply.code(status).header('vary', 'accept');
  if (status === 503) reply.header('retry-after', RETRY_AFTER_S);
  return prefersPage(request) ? sendPage(reply, failurePage(body.message)) : reply.send(body);
}

/** The answer of no API to a client that is no browser. */
export const statusBody = (status: number) => ({ status, message: STATUS_CODES[status] ?? 'Failed' });

/** A browser opens a page by GET. Java clients prefer `text/html` too, unless they are configured otherwise. */
function prefersPage({ method, raw }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  // Clients without a preference get the first type.
  return new Negotiator(raw).mediaType(['application/json', 'text/html']) === 'text/html';
}

const failurePage = (message: string) =>
  layout(
    message,
    null,
    html`<p>There is no page at this address, or it cannot be shown. <a href="/">Open the dashboard</a></p>
<p lang="zh">此地址没有页面，或页面无法显示。<a href="/">返回首页</a></p>`,
  );
