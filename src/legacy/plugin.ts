import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { unavailableDatabase } from '../database/unavailable.js';
import { DomainError, isOutage } from '../errors.js';
import { allowLongBody } from '../http/body-deadline.js';
import { receiveForm } from '../http/multipart/form.js';
import { publicUrl } from '../http/public-url.js';
import { requestLog } from '../http/request-log.js';
import { decompress } from '../http/text/content-encoding.js';
import { headerText } from '../http/text/header-text.js';
import { admitUpload, receiveAuthorized } from '../releases/upload-authorization.js';
import type { Services } from '../services.js';
import { requirePermission } from '../sessions/authorization.js';
import { reportedVersion } from '../sessions/caller.js';
import { clientText } from '../sessions/client-text.js';
import { sentToken } from '../sessions/tokens/token-headers.js';
import { whenReady } from '../when-ready.js';
import type {
  Answer,
  Dialect,
  FailureCode,
  LegacyRequest,
  LegacyResponse,
  LegacyUpload,
  Route,
  UploadRoute,
} from './dialect.js';
import {
  type RequestParameters,
  readOptionalQuery,
  readParameters,
  readQuery,
} from './request-parameters.js';

const MAX_VERSION_LENGTH = 64;

type HttpError = Error & { readonly statusCode?: number };

/** Registers the paths of a dialect, with its own error handler: every failure leaves in its envelope. */
export function registerDialect(app: FastifyInstance, dialect: Dialect, services: Services): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, readBody);
    scope.addHook('onRequest', dropInvalidContentType);
    if (services.tracing) scope.addHook('onRequest', nameApi(dialect));
    scope.setErrorHandler<HttpError>((error, request, reply) => sendFailure(dialect, error, request, reply));
    const routes = Object.entries(dialect.routes);
    registerRoutes(
      scope,
      routes.filter(([, route]) => takesParameters(route)),
      services,
    );
    scope.register(async (unread) => {
      unread.removeAllContentTypeParsers();
      unread.addContentTypeParser('*', (_request, _payload, done) => done(null));
      registerRoutes(
        unread,
        routes.filter(([, route]) => !takesParameters(route)),
        services,
      );
      registerUploads(unread, dialect.uploads ?? {}, services);
    });
    if (dialect.catchAllPrefix) registerCatchAll(scope, dialect.catchAllPrefix);
  });
}

const readBody = ({ headers, routeOptions }: FastifyRequest, body: Buffer): Promise<Buffer> =>
  decompress(body, headers, routeOptions.bodyLimit);

/** Fastify refuses what is no media type, and some devices send it with valid parameters. */
function dropInvalidContentType(
  { mediaType, raw }: FastifyRequest,
  _reply: FastifyReply,
  done: () => void,
): void {
  if (mediaType === undefined) delete raw.headers['content-type'];
  done();
}

/** Shows the API in the span of the request. */
const nameApi =
  ({ sessionPolicy }: Dialect): onRequestHookHandler =>
  ({ span }, _reply, done) => {
    span?.add({ 'gatehouse.api': sessionPolicy.api });
    done();
  };

type RouteEntry = readonly [url: string, route: Route];

const takesParameters = ({ parameters }: Route): boolean => Object.keys(parameters.shape).length > 0;

function registerRoutes(scope: FastifyInstance, routes: readonly RouteEntry[], services: Services): void {
  for (const [url, route] of routes) {
    const handle = route.handler(services);
    const respond = (request: FastifyRequest, parameters: RequestParameters) =>
      handle(legacyRequest(request, parameters, services, route));
    registerPath(
      scope,
      url,
      takesParameters(route)
        ? async (request) => respond(request, await readParameters(request))
        : (request) => respond(request, readOptionalQuery(request)),
      route.isHeartbeat,
    );
  }
}

/** In a scope in which Fastify reads no body: a package does not fit in memory. */
function registerUploads(
  scope: FastifyInstance,
  uploads: Readonly<Record<string, UploadRoute>>,
  services: Services,
): void {
  for (const [url, route] of Object.entries(uploads)) {
    const handle = route.handler(services);
    registerPath(scope, url, async (request, reply) =>
      handle(await readUpload(request, reply, services, route)),
    );
  }
}

/** Every method is registered, so that a wrong one is also answered in the envelope of the dialect. */
function registerPath(
  scope: FastifyInstance,
  url: string,
  respond: (request: FastifyRequest, reply: FastifyReply) => Answer,
  isHeartbeat = false,
): void {
  scope.route({
    method: scope.supportedMethods,
    url,
    handler(request, reply) {
      requirePost(request, reply);
      return whenReady(respond(request, reply), (response) => {
        request.isHeartbeat = isHeartbeat;
        request.failureCode = response.failureCode ?? null;
        return bodyOf(response, reply);
      });
    },
  });
}

async function readUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  { parameters }: UploadRoute,
): Promise<LegacyUpload> {
  const { raw, ip } = request;
  const { sessions, releases } = services;
  const caller = await admitUpload(services, request, reply.raw);
  request.sender = { caller };
  const { user, sessionId } = caller;
  allowLongBody(raw);
  return {
    actor: { userId: user.id, address: ip },
    query: readQuery(request),
    form: receiveForm(raw, releases.maxBytes, Object.keys(parameters.shape)),
    receive: ({ content }) =>
      receiveAuthorized(releases, content, async () =>
        requirePermission(await sessions.findUnrevoked(sessionId), 'releases:publish'),
      ),
  };
}

function registerCatchAll(scope: FastifyInstance, prefix: string): void {
  for (const url of [prefix, `${prefix}/*`]) {
    scope.route({
      method: scope.supportedMethods,
      url,
      handler: async () => {
        throw new DomainError('NOT_FOUND', 'The path is unknown.');
      },
    });
  }
}

/** Sends a failure in the envelope of the dialect, and logs it if it is unexpected. */
function sendFailure(
  dialect: Dialect,
  thrown: HttpError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = unavailableDatabase(thrown);
  const code = failureCode(error);
  request.failureCode = code;
  if (isOutage(error)) requestLog(request).warn({ err: thrown }, 'a request could not be served');
  if (code === 'FAULT') requestLog(request).error({ err: error }, 'a request failed unexpectedly');
  const retryAfter = error instanceof DomainError ? error.details.retryAfter : undefined;
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply.send(bodyOf(dialect.fail(code, error), reply));
}

/** The body of a response, whose status and type are set. */
function bodyOf({ status, body, contentType }: LegacyResponse, reply: FastifyReply): object {
  reply.code(status).type(contentType ?? 'application/json; charset=utf-8');
  return body;
}

/** Documents have no answer for another method; `Allow` (RFC 9110, 10.2.1) says which one to use. */
function requirePost({ method }: FastifyRequest, reply: FastifyReply): void {
  if (method === 'POST') return;
  reply.header('allow', 'POST');
  throw new DomainError('INVALID_INPUT', 'Only POST is supported.');
}

function legacyRequest(
  request: FastifyRequest,
  parameters: RequestParameters,
  { config }: Services,
  route: Route,
): LegacyRequest {
  const { headers, ip } = request;
  return {
    parameters,
    token: sentToken(headers, route.token),
    publicUrl: publicUrl(config, request),
    identify(sessionId, userId) {
      request.sender = { caller: { sessionId, user: { id: userId } } };
    },
    client: {
      address: ip,
      deviceId: clientText(headerText(headers, 'X-Device-Id') ?? parameters.deviceId),
      version: reportedVersion(clientText(parameters.version, MAX_VERSION_LENGTH) ?? ''),
      model: clientText(parameters.device),
    },
  };
}

function failureCode(error: HttpError): FailureCode {
  if (error instanceof DomainError) return error.code;
  if (error.statusCode === 413) return 'TOO_LARGE';
  // Fastify rejects a truncated body and a wrong Content-Length itself.
  return error.statusCode !== undefined && error.statusCode < 500 ? 'INVALID_INPUT' : 'FAULT';
}
