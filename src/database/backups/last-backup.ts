import type { Database } from '../database.js';
import { LastBackup } from './last-backup.entity.js';

/** The latest backup of this installation; null before the first one. */
export const lastBackup = (db: Database): Promise<LastBackup | null> =>
  db.em.fork().findOne(LastBackup, { id: true });
