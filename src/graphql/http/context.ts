import type { FastifyReply, FastifyRequest } from 'fastify';
import { browserName } from '../../http/browser-name.js';
import { publicUrl } from '../../http/public-url.js';
import { headerText } from '../../http/text/header-text.js';
import type { Services } from '../../services.js';
import { clientText } from '../../sessions/client-text.js';
import { sentToken } from '../../sessions/token-headers.js';
import type { Context } from '../context.js';
import { createLoaders } from '../loaders.js';
import { RefreshCookie } from './refresh-cookie.js';

/** The context of one HTTP request. */
export async function httpContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Context> {
  const { headers } = request;
  const token = sentToken(headers);
  return {
    services,
    loaders: createLoaders(services),
    caller: token === null ? null : await services.sessions.authenticate(token),
    client: {
      address: request.ip,
      deviceId: clientText(headerText(headers, 'X-Device-Id')),
      version: null,
      model: browserName(headers['user-agent']),
    },
    publicUrl: publicUrl(services.config, request),
    refreshCookie: RefreshCookie.of(request, reply, services.config.PUBLIC_URL),
    // A batch may contain other operations, which the log must show.
    countHeartbeat() {
      if (!Array.isArray(request.body)) request.isHeartbeat = true;
    },
  };
}
