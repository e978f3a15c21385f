import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { nodeId } from '../database/node-id.js';

const MINUTE_MS = 60_000;

/** The session that a request has used or opened. */
export interface LoggedCaller {
  readonly sessionId: string;
  readonly user: { readonly id: number };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** An accepted heartbeat is counted, not logged, since a fleet sends thousands a second. */
    isHeartbeat: boolean;
    /** Why an API refused the request, which its status need not show; null for a success. */
    failureCode: string | null;
    /** The sender of the request; null before its token has been checked. */
    sender: { readonly caller: LoggedCaller | null } | null;
  }
}

/**
 * The log of a request, whose lines have its id, its session and its trace. Few requests log a line of their own, so it
 * is made on demand.
 */
export const requestLog = (request: FastifyRequest): FastifyBaseLogger => request.log.child(idsOf(request));

/** The session and the user in a line of the log, as GraphQL and the command line show them. */
export const callerIds = (caller: LoggedCaller | null | undefined): Readonly<Record<string, string>> =>
  caller ? { sessionId: nodeId('session', caller.sessionId), userId: nodeId('user', caller.user.id) } : {};

const idsOf = ({ id, sender, span }: FastifyRequest) => ({
  reqId: id,
  ...callerIds(sender?.caller),
  ...(span ? { traceId: span.context.traceId } : {}),
});

/** Logs a line for each response, and one a minute for all heartbeats. Query strings, which may have passwords, are left out. */
export function logRequests(app: FastifyInstance): void {
  app.decorateRequest('isHeartbeat', false);
  app.decorateRequest('failureCode', null);
  app.decorateRequest('sender', null);
  let counted = 0;
  const logHeartbeats = () => {
    if (counted > 0) app.log.info({ heartbeats: counted }, 'heartbeats');
    counted = 0;
  };
  app.addHook('onResponse', (request, reply, done) => {
    if (request.isHeartbeat) counted += 1;
    else {
      const { method, routeOptions, failureCode, ip } = request;
      const { statusCode: status, elapsedTime: ms } = reply;
      const answer = { method, route: routeOptions.url, status, ms: Math.round(ms), ip };
      const failure = failureCode === null ? {} : { code: failureCode };
      app.log.info({ ...idsOf(request), ...answer, ...failure }, 'request');
    }
    done();
  });
  const timer = setInterval(logHeartbeats, MINUTE_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
    logHeartbeats();
  });
}
