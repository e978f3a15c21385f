import type { FastifyBaseLogger } from 'fastify';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';
import { isLogin, requireSignedIn } from '../sessions/authorization.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../sessions/caller.js';
import type { Caller, Client } from '../sessions/sessions.js';
import type { Loaders } from './loaders.js';

/** The cookie with the refresh token of the dashboard. */
export interface RefreshTokenCookie {
  /** Null without a cookie. */
  read(): string | null;
  /** @param now milliseconds since the Unix epoch. */
  set(token: string, expiresAt: Date, now: number): void;
  clear(): void;
}

/** What resolvers receive, over HTTP and WebSocket alike. */
export interface Context {
  readonly services: Services;
  readonly loaders: Loaders;
  /** Null without a valid token. Replaced by `renewCaller`, and by a mutation that signs in: its payload is read so. */
  caller: Caller | null;
  readonly client: Client;
  readonly publicUrl: string;
  /** Null over WebSocket, and for requests that no page of the gateway sent. */
  readonly refreshCookie: RefreshTokenCookie | null;
  /** Counts the request as a heartbeat, which is not logged on its own. */
  countHeartbeat(): void;
  /** The log of the request, or of its socket. */
  log(): FastifyBaseLogger;
}

/** The caller of an operation that needs one. @throws DomainError UNAUTHENTICATED */
export function requireCaller({ caller }: Context): Caller {
  return requireSignedIn(caller);
}

/**
 * Reads the caller's session again, at the end of an operation that may have outlasted it. The fields that follow are
 * authorised by what it is now.
 */
export async function renewCaller(context: Context): Promise<Caller | null> {
  const { sessionId } = requireCaller(context);
  context.caller = await context.services.sessions.findUnrevoked(sessionId);
  return context.caller;
}

/** The caller, for the audit log. */
export const actorOf = ({ caller, client }: Context): Actor => ({
  userId: caller?.user.id ?? null,
  address: client.address,
  ceiling: caller && isLogin(caller) ? null : [...(caller?.permissions ?? [])],
});

/** The client with the values of an input in place of those of the headers. @throws DomainError INVALID_INPUT */
export function clientOf({ client }: Context, deviceId?: string | null, version?: string | null): Client {
  if (deviceId && deviceId.length > MAX_CLIENT_TEXT_LENGTH) {
    const message = `deviceId must be at most ${MAX_CLIENT_TEXT_LENGTH} characters.`;
    throw new DomainError('INVALID_INPUT', message, { field: 'deviceId' });
  }
  return { ...client, deviceId: deviceId || client.deviceId, version: version ?? client.version };
}
