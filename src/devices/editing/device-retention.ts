import type { Database } from '../../database/database.js';
import { integerArray } from '../../database/queries/integer-array.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';

/** Devices in one statement: their history, which may be long, is deleted with them. */
const BATCH_SIZE = 100;

/** Deletes the devices that were last seen before a time, with their history. Those that are online stay. */
export const deleteDevicesSeenBefore = (time: Date, db: Database, heartbeats: Heartbeats): Promise<void> =>
  deleteBefore('last_seen_at', time, db, heartbeats);

/** Deletes the devices that were retired before a time, with their history. */
export const deleteDevicesRetiredBefore = (time: Date, db: Database, heartbeats: Heartbeats): Promise<void> =>
  deleteBefore('retired_at', time, db, heartbeats);

async function deleteBefore(
  column: 'last_seen_at' | 'retired_at',
  time: Date,
  db: Database,
  heartbeats: Heartbeats,
): Promise<void> {
  const isExpired = `${column} < ? and not online`;
  const rows = await db.em.execute<{ id: number }[]>(
    `select id from devices where ${isExpired} order by id`,
    [time.toISOString()],
  );
  const ids = rows.map(({ id }) => id);
  for (let at = 0; at < ids.length; at += BATCH_SIZE) {
    // One that has just come online is saved as online a moment later.
    const batch = ids.slice(at, at + BATCH_SIZE).filter((id) => !heartbeats.isOnline(id));
    const deleted = await db.em.execute<{ id: number }[]>(
      `delete from devices where id = any(?::int[]) and ${isExpired} returning id`,
      [integerArray(batch), time.toISOString()],
    );
    heartbeats.edits.deleted(deleted.map(({ id }) => id));
  }
}
