import type { Database } from './database.js';
import { Fleet } from './fleet.entity.js';

/** The id of the fleet that a migrated database belongs to. */
export const fleetId = async (db: Database): Promise<string> =>
  (await db.em.fork().findOneOrFail(Fleet, { id: true })).fleetId;
