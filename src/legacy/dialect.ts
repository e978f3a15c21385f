import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../audit/audit.js';
import { DomainError, type DomainErrorCode } from '../errors.js';
import { dropRest, readForm, type UploadForm } from '../multipart/form.js';
import { requirePublisher } from '../multipart/publisher.js';
import { publicUrl } from '../public-url.js';
import type { Services } from '../services.js';
import type { Door } from '../sessions/door.js';
import type { Caller, Client } from '../sessions/sessions.js';
import { sentToken } from '../sessions/tokens.js';
import { type LegacyHttpRequest, type Parameters, parseParameters } from './parameters.js';

/** What goes over the wire. */
export interface Answer {
  readonly status: number;
  /** JSON, or bytes of `type`. */
  readonly body: object;
  readonly type?: string;
}

/** One request to a documented path. */
export interface LegacyRequest {
  /** Body and query, body first; not validated. */
  readonly parameters: Parameters;
  readonly client: Client;
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string;
  /** The caller of a token in any of the documented headers; null when there is none or it is not good. */
  caller(): Promise<Caller | null>;
  /** The token as it was sent; null when there is none. */
  readonly token: string | null;
}

/** @throws DomainError, which becomes the dialect's own failure. */
export type Handler = (request: LegacyRequest) => Promise<Answer>;

/** One upload to a documented path: its caller may publish, its body is not read yet. */
export interface LegacyUpload {
  readonly actor: Actor;
  readonly query: Parameters;
  /** @throws DomainError as `readForm` says. */
  form(): Promise<UploadForm>;
}

/** @throws DomainError, which becomes the dialect's own failure. */
export type UploadHandler = (upload: LegacyUpload) => Promise<Answer>;

/** Why a request failed: a refusal of the domain, or FAULT for everything unexpected. */
export type FailureCode = DomainErrorCode | 'FAULT';

/** One documented API: its paths, its sessions and its envelope for failures. */
export interface Dialect {
  readonly door: Door;
  /** Every documented path with what answers a POST to it. */
  routes(services: Services): Readonly<Record<string, Handler>>;
  /** Every documented path to which packages are sent. */
  uploads?(services: Services): Readonly<Record<string, UploadHandler>>;
  /** The failure envelope; also for a malformed body and a wrong method (INVALID_INPUT). */
  fail(code: FailureCode, error: Error): Answer;
  /** The folder of paths such as `/api` where it also answers what nobody documents; one dialect has one. */
  readonly folder?: string;
}

/** Registers a dialect in a scope of its own, so that no failure leaves in another one's form. */
export function registerDialect(app: FastifyInstance, dialect: Dialect, services: Services): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) =>
      sendFailure(dialect, error, request, reply),
    );
    for (const [url, handler] of Object.entries(dialect.routes(services))) {
      scope.route({
        method: scope.supportedMethods,
        url,
        handler: async (request: LegacyHttpRequest, reply) => {
          if (request.method !== 'POST') throw new DomainError('INVALID_INPUT', 'Only POST is supported.');
          return send(reply, await handler(await readRequest(request, services)));
        },
      });
    }
    if (dialect.uploads) registerUploads(scope, dialect.uploads(services), services);
    for (const url of dialect.folder ? [dialect.folder, `${dialect.folder}/*`] : []) {
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
  handlers: Readonly<Record<string, UploadHandler>>,
  services: Services,
): void {
  scope.register(async (unread) => {
    unread.removeAllContentTypeParsers();
    unread.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const [url, handler] of Object.entries(handlers)) {
      unread.route({
        method: unread.supportedMethods,
        url,
        handler: async (request: LegacyHttpRequest, reply) => {
          try {
            if (request.method !== 'POST') throw new DomainError('INVALID_INPUT', 'Only POST is supported.');
            const { user } = await requirePublisher(services, request.headers);
            const { query } = request;
            const form = () => readForm(request.raw, services.releases);
            return send(
              reply,
              await handler({ actor: { userId: user.id, address: request.ip }, query, form }),
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

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply
    .code(answer.status)
    .type(answer.type ?? 'application/json; charset=utf-8')
    .send(answer.body);
}

async function readRequest(request: LegacyHttpRequest, services: Services): Promise<LegacyRequest> {
  const parameters = await parseParameters(request);
  const { headers } = request;
  const token = sentToken(headers);
  const named = headers['x-device-id'] ?? parameters.deviceId;
  return {
    parameters,
    token,
    publicUrl: publicUrl(services.config, request),
    client: {
      address: request.ip,
      deviceId: clientText(named, 128),
      version: clientText(parameters.version, 64),
      model: clientText(parameters.device, 128),
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
