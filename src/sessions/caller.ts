import type { Permission } from '../users/permissions.js';
import type { Api, SessionKind } from './session.entity.js';

/** Characters of a text that a client says about itself. Bounded, because every fleet subscriber receives it. */
export const MAX_CLIENT_TEXT_LENGTH = 128;

/** A version as a client reports it, without surrounding spaces; null where it reports none. */
export const reportedVersion = (text: string): string | null => text.trim() || null;

/** Where a request comes from. */
export interface Client {
  readonly address: string;
  /** Chosen by the client. Captchas and devices are bound to it. */
  readonly deviceId: string | null;
  readonly version: string | null;
  /** The model of the device. */
  readonly model: string | null;
}

/** The user of a session, in plain values: the few that frequent requests need. `Users.get` reads all of them. */
export interface RememberedUser {
  readonly id: number;
  readonly username: string | null;
  /** Canonical. */
  readonly phone: string | null;
  readonly email: string | null;
  readonly type: number | null;
  readonly openId: string | null;
  /** ISO 8601 in UTC, as is the next one. */
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** A device that a session has beaten for. */
export interface DeviceBinding {
  /** The id that the device gave itself; null if it has none. */
  readonly clientId: string | null;
  /** The index of the device in the presence engine. */
  readonly device: number;
  readonly name: string | null;
  readonly clientVersion: string | null;
  /** The other devices of the session, by client id. Null for almost all sessions: a map takes 200 bytes. */
  others: Map<string | null, DeviceBinding> | null;
}

/**
 * The session behind a request. Requests share it, and only `Sessions.touch` and `Heartbeats` change it. Times in
 * milliseconds.
 */
export interface Caller {
  readonly sessionId: string;
  readonly user: RememberedUser;
  readonly api: Api;
  readonly kind: SessionKind;
  readonly restricted: boolean;
  /** None while it must enrol a second factor. */
  readonly permissions: ReadonlySet<Permission>;
  /** Whether its user must enrol a second factor before the session allows anything else. */
  readonly mustEnroll: boolean;
  /** From the login, as are the model, the version and the network address. */
  readonly deviceId: string | null;
  readonly deviceModel: string | null;
  readonly clientVersion: string | null;
  readonly address: string | null;
  /** When the access token expires. */
  readonly expiresAt: number;
  /** How far each use moves `expiresAt`; null where the expiration does not slide. */
  readonly slidingMs: number | null;
  /** When the session ends, however much it is used. */
  readonly absoluteExpiresAt: number;
  readonly lastSeenAt: number;
  /**
   * The device that `Heartbeats` has bound first; null before the first heartbeat. It is kept here, because garbage
   * collection takes longer with a weak map of all sessions.
   */
  binding: DeviceBinding | null;
}
