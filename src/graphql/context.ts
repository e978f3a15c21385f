import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import { browserName } from '../http/browser-name.js';
import { publicUrl } from '../http/public-url.js';
import { countHeartbeat } from '../http/request-log.js';
import type { Services } from '../services.js';
import { LONGEST_CLIENT_TEXT } from '../sessions/caller.js';
import type { Caller, Client } from '../sessions/sessions.js';
import { sentToken } from '../sessions/tokens.js';
import { RefreshCookie } from './http/refresh-cookie.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What every resolver gets, over HTTP and WebSocket alike. */
export interface Context {
  readonly services: Services;
  readonly loaders: Loaders;
  /** Null for nobody, and for a token that is not good (any more). */
  readonly caller: Caller | null;
  readonly client: Client;
  readonly publicUrl: string;
  /** The dashboard's cookie; null over WebSocket and for other origins. */
  readonly refreshCookie: RefreshCookie | null;
  /** Says that the request was a heartbeat. */
  countHeartbeat(): void;
}

/**
 * The context of one HTTP request.
 * @param caller where it is known already.
 */
export async function httpContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  caller?: Caller,
): Promise<Context> {
  const { headers } = request;
  const token = sentToken(headers);
  return {
    services,
    loaders: createLoaders(services),
    caller: caller ?? (token === null ? null : await services.sessions.authenticate(token)),
    client: {
      address: request.ip,
      deviceId: deviceIdHeader(headers['x-device-id']),
      version: null,
      model: browserName(headers['user-agent']),
    },
    publicUrl: publicUrl(services.config, request),
    refreshCookie: RefreshCookie.of(request, reply),
    countHeartbeat: () => countHeartbeat(request),
  };
}

/** The caller of an operation that needs one. @throws DomainError UNAUTHENTICATED */
export function requireCaller({ caller }: Context): Caller {
  if (caller) return caller;
  throw new DomainError('UNAUTHENTICATED', 'You are not signed in, or your session has ended.');
}

/** Who acts, for the audit log. */
export const actorOf = ({ caller, client }: Context): Actor => ({
  userId: caller?.user.id ?? null,
  address: client.address,
});

/** The client with the device id that an input names, else that of the header. @throws DomainError INVALID_INPUT */
export function clientOf({ client }: Context, deviceId?: string | null, version?: string | null): Client {
  if (deviceId && deviceId.length > LONGEST_CLIENT_TEXT) {
    throw new DomainError('INVALID_INPUT', `A device id has at most ${LONGEST_CLIENT_TEXT} characters.`, {
      field: 'deviceId',
    });
  }
  return { ...client, deviceId: deviceId || client.deviceId, version: version ?? client.version };
}

const deviceIdHeader = (value: string | string[] | undefined) =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_CLIENT_TEXT) : null;
