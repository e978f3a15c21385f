import { type FilterQuery, raw } from '@mikro-orm/postgresql';
import { type Session, SessionKind } from '../../sessions/session.entity.js';

/** What the sessions of a device are found by. */
export interface SessionsOwner {
  readonly userId: number;
  /** Chosen by the device; null if it has none. */
  readonly clientId: string | null;
  /** The session whose heartbeats count for it. */
  readonly sessionId: string | null;
  readonly formerSessionId: string | null;
}

/**
 * The sessions of some devices, among those of their accounts: those that heartbeats came from, those whose login named
 * the device, and its credential. API keys are left out, since they are not of one device.
 */
export function sessionsOf(devices: readonly SessionsOwner[]): FilterQuery<Session> {
  const ids = devices.flatMap(({ sessionId, formerSessionId }) => [sessionId, formerSessionId]);
  const named = devices.map(({ userId, clientId }) => ({ userId, clientId }));
  const isNamed = raw(
    (alias) => `(${alias}.user_id, ${alias}.device_id) in
      (select "userId", "clientId" from json_to_recordset(?) as t("userId" int, "clientId" text))`,
    [JSON.stringify(named)],
  );
  return {
    kind: { $ne: SessionKind.API_KEY },
    $or: [{ id: { $in: ids.filter((id) => id !== null) } }, { [isNamed]: [] }],
  };
}
