import { type IncomingMessage, METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import type { Span, SpanContext, SpanOptions, Tracing } from '../tracing/tracing.js';
import { trustsPeer } from './client-address.js';
import { traceparentOf } from './traceparent.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null unless it is recorded. */
    span: Span | null;
  }
}

/** Records requests in spans. That of a request is the current one of everything that answers it. */
export function traceRequests(app: FastifyInstance, tracing: Tracing, config: Config): void {
  const originOf = spanOrigin(config);
  app.addHook('onRequest', (request, reply, done) => {
    const span = tracing.start(knownMethod(request.method), { kind: 'server', ...originOf(request.raw) });
    // Of a fleet's heartbeats, few are recorded. For the others, a current span would cost half as much as the answer.
    if (!span.isRecorded) return done();
    request.span = span;
    reply.raw.once('close', () => endSpan(span, request, reply));
    tracing.within(span, done);
  });
  // Node reads bodies outside of the context in which the request has begun.
  app.addHook('preValidation', ({ span }, _reply, done) => {
    if (span && tracing.current() !== span.context) tracing.within(span, done);
    else done();
  });
}

/**
 * Records upgrades to WebSockets, whose operations link to them: a trace that lasted as long as its socket could not be
 * read.
 * @returns a function for an upgrade and its client address; null where no traces are sent.
 */
export function upgradeSpans(
  tracing: Tracing | null,
  config: Config,
): (request: IncomingMessage, address: string) => SpanContext | null {
  if (tracing === null) return () => null;
  const originOf = spanOrigin(config);
  return (request, address) => {
    const span = tracing.start('GET /graphql', {
      kind: 'server',
      ...originOf(request),
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/graphql',
        'http.response.status_code': 101,
        'client.address': address,
      },
    });
    span.end();
    return span.context;
  };
}

/**
 * Which trace a request belongs to. A proxy of TRUST_PROXY may continue its own; any other client would decide which
 * traces are recorded, so that its span is only linked to.
 */
function spanOrigin(config: Config): (request: IncomingMessage) => Pick<SpanOptions, 'parent' | 'links'> {
  const trusts = trustsPeer(config);
  if (!config.TRACES?.readsTraceparent) return () => ({ parent: null });
  return (request) => {
    const sender = traceparentOf(request);
    if (sender === null) return { parent: null };
    return trusts(request) ? { parent: sender } : { parent: null, links: [sender] };
  };
}

function endSpan(span: Span, request: FastifyRequest, { raw }: FastifyReply): void {
  const { routeOptions, failureCode } = request;
  const method = knownMethod(request.method);
  const { url: route } = routeOptions;
  const { statusCode } = raw;
  if (route !== undefined) {
    span.rename(`${method} ${route}`);
    span.add({ 'http.route': route });
  }
  span.add({
    'http.request.method': method,
    'http.response.status_code': statusCode,
    'url.scheme': request.protocol,
    'client.address': request.ip,
    'gatehouse.request.id': request.id,
  });
  if (!raw.writableEnded) span.fail('client_disconnected');
  else if (statusCode >= 500 || failureCode === 'FAULT') span.fail(failureCode ?? String(statusCode));
  else if (failureCode !== null) span.add({ 'error.type': failureCode });
  span.end();
}

/** Clients may invent methods. */
const knownMethod = (method: string): string => (METHODS.includes(method) ? method : '_OTHER');
