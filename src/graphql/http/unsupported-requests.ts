import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.js';
import { SUBSCRIPTIONS_NEED_A_SOCKET } from '../execution/operation.js';
import { bodyFailure } from './body-errors.js';

/** HEAD is handled by Apollo Server, OPTIONS by CORS. */
const SUPPORTED = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** Answers every other method at `/graphql` with the methods that are supported. */
export function registerOtherMethods(scope: FastifyInstance): void {
  scope.route({
    method: scope.supportedMethods.filter((method) => !SUPPORTED.includes(method)),
    url: '/graphql',
    handler: async ({ log }, reply) => {
      const error = new DomainError('INVALID_INPUT', 'Only GET and POST are supported.');
      return reply.code(405).header('allow', 'GET, POST').send(bodyFailure(error, log).body);
    },
  });
}

const EVENTS_ONLY = /^\s*text\/event-stream\s*(;[^,]*)?$/i;

/** Clients that subscribe by server-sent events (graphql-sse, EventSource) accept nothing else. */
export async function refuseEventStreams(
  { headers, log }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (!EVENTS_ONLY.test(headers.accept ?? '')) return;
  const error = new DomainError('INVALID_INPUT', SUBSCRIPTIONS_NEED_A_SOCKET);
  await reply.code(406).send(bodyFailure(error, log).body);
}
