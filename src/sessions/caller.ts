import type { Permission } from '../users/permissions.js';
import type { User } from '../users/user.entity.js';

/** Characters of an id, name or model that a client gives itself: all who follow the fleet are sent them. */
export const MAX_CLIENT_TEXT_LENGTH = 128;

/** Where a request comes from. */
export interface Client {
  readonly address: string;
  /** The id the client gives itself; captchas and devices are bound to it. */
  readonly deviceId: string | null;
  readonly version: string | null;
  /** What kind of device it is. */
  readonly model: string | null;
}

/** Who makes a request: a session that is good. Shared between requests; only its use changes it. */
export interface Caller {
  readonly sessionId: string;
  readonly user: User;
  readonly api: string;
  readonly restricted: boolean;
  readonly permissions: ReadonlySet<Permission>;
  /** The client device id, model and version that the login named. */
  readonly deviceId: string | null;
  readonly deviceModel: string | null;
  readonly clientVersion: string | null;
  /** When its token ends, in milliseconds; use may prolong it. */
  readonly expiresAt: number;
  /** For how long each use prolongs the token, in milliseconds; null where use does not. */
  readonly slidingMs: number | null;
  /** When the session is over, in milliseconds, however much it is used. */
  readonly absoluteExpiresAt: number;
  /** When it was used last, in milliseconds. */
  readonly lastSeenAt: number;
}
