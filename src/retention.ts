import { AuditEntry } from './audit/audit-entry.entity.js';
import { Captcha } from './captchas/captcha.entity.js';
import type { Database } from './database/database.js';
import { PresenceEvent } from './devices/presence-event.entity.js';
import { KnownClient } from './sessions/known-client.entity.js';
import { KNOWN_CLIENT_LIFETIME_MS } from './sessions/known-clients.js';
import { Session } from './sessions/session.entity.js';
import { SessionRevocation } from './sessions/session-revocation.entity.js';

const DAY_MS = 86_400_000;

/** How long rows are kept after they have ended, in milliseconds. */
export interface Retention {
  readonly sessions: number;
  readonly audit: number;
  readonly presence: number;
}

/**
 * Deletes expired rows. Captchas stay for a day after they have expired, since the SMS limits count them. So do
 * revocations, which running processes read within a second.
 */
export async function purge(db: Database, retention: Retention, now: number): Promise<void> {
  const em = db.em.fork();
  const before = (age: number) => ({ $lt: new Date(now - age) });
  await em.nativeDelete(Captcha, { expiresAt: before(DAY_MS) });
  await em.nativeDelete(Session, {
    $or: [{ expiresAt: before(retention.sessions) }, { revokedAt: before(retention.sessions) }],
  });
  await em.nativeDelete(KnownClient, { lastLoginAt: before(KNOWN_CLIENT_LIFETIME_MS) });
  await em.nativeDelete(SessionRevocation, { at: before(DAY_MS) });
  await em.nativeDelete(PresenceEvent, { at: before(retention.presence) });
  await em.nativeDelete(AuditEntry, { at: before(retention.audit) });
}
