import type { FastifyReply, FastifyRequest } from 'fastify';
import { browserName } from '../../http/browser-name.js';
import { publicUrl } from '../../http/public-url.js';
import { requestLog } from '../../http/request-log.js';
import { headerText } from '../../http/text/header-text.js';
import type { Services } from '../../services.js';
import { clientText } from '../../sessions/client-text.js';
import { sentToken } from '../../sessions/tokens/token-headers.js';
import type { Context } from '../context.js';
import { createLoaders } from '../loaders.js';
import { RefreshCookie } from './refresh-cookie.js';

/** Makes the context of each HTTP request. All of them share the loaders, which keep nothing. */
export function httpContexts(
  services: Services,
): (request: FastifyRequest, reply: FastifyReply) => Promise<Context> {
  const { sessions, config } = services;
  const loaders = createLoaders(services);
  return async (request, reply) => {
    const { headers } = request;
    const token = sentToken(headers);
    const context: Context = {
      services,
      loaders,
      caller: token === null ? null : await sessions.authenticate(token, { address: request.ip }),
      client: {
        address: request.ip,
        deviceId: clientText(headerText(headers, 'X-Device-Id')),
        version: null,
        model: browserName(headers['user-agent']),
      },
      publicUrl: publicUrl(config, request),
      refreshCookie: RefreshCookie.of(request, reply, config.PUBLIC_URL),
      // A batch may contain other operations, which the log must show.
      countHeartbeat() {
        if (!Array.isArray(request.body)) request.isHeartbeat = true;
      },
      log: () => requestLog(request),
    };
    // Not only its caller, which a login changes.
    request.sender = context;
    return context;
  };
}
