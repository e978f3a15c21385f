import type { Database } from '../database/database.js';
import { deleteInBatches } from '../database/delete-in-batches.js';
import { HOURS_KEPT_MS, MINUTES_KEPT_MS } from '../devices/history/fleet-history.js';
import { KNOWN_CLIENT_LIFETIME_MS } from '../sessions/known-clients.js';

const DAY_MS = 86_400_000;

/** How long rows are kept after they have ended, in milliseconds. */
export interface Retention {
  readonly sessions: number;
  readonly audit: number;
  readonly presence: number;
  readonly deviceActions: number;
}

const BATCH_SIZE = 5000;

/**
 * Deletes expired rows. Captchas stay for a day after they have expired, since the SMS limits count them. So do
 * changes of accounts, which running processes read within a second.
 */
export async function purge(db: Database, retention: Retention, now: number): Promise<void> {
  const expired: [table: string, column: string, age: number][] = [
    ['captchas', 'expires_at', DAY_MS],
    ['sessions', 'expires_at', retention.sessions],
    ['sessions', 'revoked_at', retention.sessions],
    ['known_clients', 'last_login_at', KNOWN_CLIENT_LIFETIME_MS],
    ['session_revocations', 'at', DAY_MS],
    ['login_challenges', 'expires_at', 0],
    ['password_reset_links', 'expires_at', 0],
    ['export_tickets', 'expires_at', 0],
    ['device_claims', 'expires_at', 0],
    ['passkey_challenges', 'expires_at', 0],
    ['presence_events', 'at', retention.presence],
    ['version_changes', 'at', retention.presence],
    ['device_actions', 'finished_at', retention.deviceActions],
    ['fleet_minutes', 'at', MINUTES_KEPT_MS],
    ['fleet_hours', 'at', HOURS_KEPT_MS],
    ['audit_entries', 'at', retention.audit],
  ];
  for (const [table, column, age] of expired) {
    const parameters = [new Date(now - age).toISOString()];
    await deleteInBatches(db, { table, where: `${column} < ?`, parameters, batchSize: BATCH_SIZE });
  }
}
