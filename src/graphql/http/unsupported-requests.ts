import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import { requestLog } from '../../http/request-log.js';
import { SUBSCRIPTIONS_NEED_A_SOCKET } from '../execution/operation.js';
import { bodyFailure } from './body-errors.js';

/** HEAD is handled by Apollo Server, OPTIONS by CORS. */
const SUPPORTED = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Answers every other method at `/graphql` with the methods that are supported. */
export function registerOtherMethods(scope: FastifyInstance): void {
  scope.route({
    method: scope.supportedMethods.filter((method) => !SUPPORTED.includes(method)),
    url: '/graphql',
    handler: async (request, reply) => {
      const error = new DomainError('INVALID_INPUT', 'Only GET and POST are supported.');
      return reply
        .code(405)
        .header('allow', 'GET, POST')
        .send(bodyFailure(error, requestLog(request)).body);
    },
  });
}

const EVENTS_ONLY = /^\s*text\/event-stream\s*(;[^,]*)?$/i;

/** As clients that subscribe by server-sent events do (graphql-sse, EventSource). */
export const acceptsEventsOnly = ({ headers }: FastifyRequest): boolean =>
  EVENTS_ONLY.test(headers.accept ?? '');

export function refuseEventStream(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = new DomainError('INVALID_INPUT', SUBSCRIPTIONS_NEED_A_SOCKET);
  return reply.code(406).send(bodyFailure(error, requestLog(request)).body);
}
