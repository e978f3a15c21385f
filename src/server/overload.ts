import type { RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { clientAddress } from '../http/client-address.js';
import { dialects } from '../legacy/index.js';
import type { Services } from '../services.js';
import { payerOf, waiterOf } from '../sessions/payer.js';
import { sentToken } from '../sessions/tokens/token-headers.js';
import { BodyBudget } from './body-budget.js';
import { oneAtATime } from './pipelined-requests.js';
import { sendOverloaded } from './refused-response.js';
import { RequestTurns } from './request-turns.js';

/** As devices send them; any other spelling counts as another request. */
const heartbeatUrls: ReadonlySet<string | undefined> = new Set(
  dialects.flatMap(({ routes }) => Object.keys(routes).filter((url) => routes[url]?.isHeartbeat)),
);

/** @returns a listener that lets the requests of all ports take turns, and refuses those that there is no room for. */
export function inTurns(
  app: FastifyInstance,
  { config, sessions, shed }: Pick<Services, 'config' | 'sessions' | 'shed'>,
): RequestListener {
  const addressOf = clientAddress(config);
  const turns = new RequestTurns({
    handle: (request, response) => app.routing(request, response),
    refuse(_request, response) {
      shed.add('too_many_waiting');
      sendOverloaded(response, app.log);
    },
    isHeartbeat: ({ url }) => heartbeatUrls.has(url),
    waiterOf(request) {
      const token = sentToken(request.headers) ?? '';
      const caller = sessions.remembered(token);
      return { ...waiterOf(payerOf(caller, { address: addressOf(request) })), member: token };
    },
  });
  const bodies = new BodyBudget();
  const takeTurn: RequestListener = (request, response) => {
    if (bodies.take(request, addressOf)) return turns.serve(request, response);
    shed.add('too_many_bodies');
    sendOverloaded(response, app.log);
  };
  return oneAtATime(takeTurn, (response) => {
    shed.add('too_many_pipelined');
    sendOverloaded(response, app.log);
  });
}
