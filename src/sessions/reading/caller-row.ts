import type { Api, SessionKind } from '../session.entity.js';

/** A session with its user, as the function `read_callers` of the database returns it. Times in milliseconds. */
export interface CallerRow {
  readonly sessionId: string;
  readonly api: Api;
  readonly restricted: boolean;
  readonly kind: SessionKind;
  readonly deviceId: string | null;
  readonly deviceModel: string | null;
  readonly clientVersion: string | null;
  readonly address: string | null;
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly lastSeenAt: number;
  readonly userId: number;
  readonly username: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly type: number | null;
  readonly openId: string | null;
  readonly userCreatedAt: number;
  readonly userUpdatedAt: number | null;
  /** Of the roles of the user, within the ceiling. */
  readonly granted: readonly string[];
  /** All that the session can be allowed; null for a login. */
  readonly ceiling: readonly string[] | null;
  /** Whether a role of the user requires a second factor, and a login has none. */
  readonly mustEnroll: boolean;
}
