import type { ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { DomainError } from '../errors.js';
import { announcesBody } from '../http/body-deadline.js';
import { crossOriginHeaders } from '../http/cross-origin.js';
import { defaultHeaders } from '../http/security-headers.js';
import { apiFailure, type Refusal } from './api-failure.js';
import { statusBody } from './failures.js';

/** How long clients should wait, in seconds. */
const RETRY_AFTER_S = 5;

const overloaded: Refusal = {
  status: 503,
  error: new DomainError('UNAVAILABLE', 'The gateway is overloaded; try again later.', {
    retryAfter: RETRY_AFTER_S,
  }),
};

/** Answers a request that Fastify has not seen, in the form of the API that it calls. */
export function sendRefusal(
  response: ServerResponse,
  url: string,
  refusal: Refusal,
  log: FastifyBaseLogger,
): void {
  const { status, body } = apiFailure(url, refusal, log) ?? {
    status: refusal.status,
    body: statusBody(refusal.status),
  };
  const { retryAfter } = refusal.error.details;
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...defaultHeaders,
    ...crossOriginHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': content.length,
  });
  response.end(content);
}

/** Answers a request that the gateway has no time for. The connection stays open, unless its body has not arrived. */
export function sendOverloaded(response: ServerResponse, log: FastifyBaseLogger): void {
  const { req: request } = response;
  if (!request.complete && announcesBody(request)) response.setHeader('connection', 'close');
  sendRefusal(response, request.url ?? '', overloaded, log);
}
