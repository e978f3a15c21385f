import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';
import { dropRest } from '../http/multipart/form.js';
import { publicUrl } from '../http/public-url.js';
import { countHeartbeat } from '../http/request-log.js';
import { readFormOf, requirePublisher } from '../releases/publisher.js';
import type { Services } from '../services.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../sessions/caller.js';
import { sentToken } from '../sessions/token-signer.js';
import type { Dialect, FailureCode, LegacyRequest, LegacyResponse, Route, UploadHandler } from './dialect.js';
import { type LegacyHttpRequest, readParameters } from './request-parameters.js';

/** Registers a dialect in a scope of its own, so that no failure leaves in another one's form. */
export function registerDialect(app: FastifyInstance, dialect: Dialect, services: Services): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) =>
      sendFailure(dialect, error, request, reply),
    );
    for (const [url, route] of Object.entries(dialect.routes)) {
      const handler = route.handler(services);
      scope.route({
        method: scope.supportedMethods,
        url,
        handler: async (request: LegacyHttpRequest, reply) => {
          if (request.method !== 'POST') throw new DomainError('INVALID_INPUT', 'Only POST is supported.');
          const answer = await handler(await readRequest(request, services));
          if (route.isHeartbeat) countHeartbeat(request);
          return send(reply, answer);
        },
      });
    }
    if (dialect.uploads) registerUploads(scope, dialect.uploads, services);
    for (const url of dialect.catchAllPrefix ? [dialect.catchAllPrefix, `${dialect.catchAllPrefix}/*`] : []) {
      scope.route({
        method: scope.supportedMethods,
        url,
        handler: async () => {
          throw new DomainError('NOT_FOUND', 'There is nothing at this path.');
        },
      });
    }
  });
}

/** In a scope of its own, where bodies are not read for the handlers: a package does not fit in memory. */
function registerUploads(
  scope: FastifyInstance,
  uploads: Readonly<Record<string, Route<UploadHandler>>>,
  services: Services,
): void {
  scope.register(async (unread) => {
    unread.removeAllContentTypeParsers();
    unread.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const [url, route] of Object.entries(uploads)) {
      const handler = route.handler(services);
      unread.route({
        method: unread.supportedMethods,
        url,
        handler: async (request: LegacyHttpRequest, reply) => {
          try {
            if (request.method !== 'POST') throw new DomainError('INVALID_INPUT', 'Only POST is supported.');
            const caller = await requirePublisher(services, request);
            const { query } = request;
            const form = () => readFormOf(caller, request.raw, services);
            return send(
              reply,
              await handler({ actor: { userId: caller.user.id, address: request.ip }, query, form }),
            );
          } catch (error) {
            dropRest(request.raw);
            throw error;
          }
        },
      });
    }
  });
}

/** Answers with the dialect's own failure, and logs a fault. */
export function sendFailure(
  dialect: Dialect,
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const code = failureCode(error);
  if (code === 'UNAVAILABLE') request.log.warn({ err: error }, 'a request could not be served');
  if (code === 'FAULT') request.log.error({ err: error }, 'a request failed unexpectedly');
  const retryAfter = error instanceof DomainError ? error.details.retryAfter : undefined;
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return send(reply, dialect.fail(code, error));
}

function send(reply: FastifyReply, answer: LegacyResponse): FastifyReply {
  return reply
    .code(answer.status)
    .type(answer.contentType ?? 'application/json; charset=utf-8')
    .send(answer.body);
}

async function readRequest(request: LegacyHttpRequest, services: Services): Promise<LegacyRequest> {
  const parameters = await readParameters(request);
  const { headers } = request;
  const token = sentToken(headers);
  const named = headers['x-device-id'] ?? parameters.deviceId;
  return {
    parameters,
    token,
    publicUrl: publicUrl(services.config, request),
    client: {
      address: request.ip,
      deviceId: clientText(named, MAX_CLIENT_TEXT_LENGTH),
      version: clientText(parameters.version, 64),
      model: clientText(parameters.device, MAX_CLIENT_TEXT_LENGTH),
    },
    caller: async () => (token === null ? null : services.sessions.authenticate(token)),
  };
}

/** What a client says of itself is no reason to refuse it: cut to `longest`, without the NUL no database takes. */
function clientText(value: unknown, longest: number): string | null {
  const given = typeof value === 'number' ? String(value) : value;
  const text = typeof given === 'string' ? given.replaceAll('\0', '').slice(0, longest) : '';
  return text === '' ? null : text;
}

function failureCode(error: Error & { statusCode?: number }): FailureCode {
  if (error instanceof DomainError) return error.code;
  if (error.statusCode === 413) return 'TOO_LARGE';
  // The framework's own refusals: a body cut off, a length that does not fit.
  return error.statusCode !== undefined && error.statusCode < 500 ? 'INVALID_INPUT' : 'FAULT';
}
