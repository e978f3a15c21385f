import fc from 'fast-check';
import { type Database, openDatabase } from '../../../src/database/database.js';
import { entities } from '../../../src/entities.js';
import { createMigratedDatabase, type TestDatabase } from '../../support/database.js';
import { FleetRun } from './fleet-run.js';
import { DEVICES, SESSIONS, steps } from './fleet-steps.js';
import type { PresenceFleet } from './presence-fleet.js';
import { addRows, clearRows, deviceIds, sessionIdOf } from './presence-rows.js';

/** Random runs on a database of their own. */
export class FleetRuns {
  /** The number of runs so far. */
  count = 0;

  private constructor(
    private readonly database: TestDatabase,
    private readonly db: Database,
    private readonly ids: readonly number[],
  ) {}

  static async open(): Promise<FleetRuns> {
    const database = await createMigratedDatabase();
    const db = await openDatabase(database.url, entities);
    await addRows(
      db,
      DEVICES,
      Array.from({ length: SESSIONS }, (_, n) => sessionIdOf(n + 1)),
    );
    return new FleetRuns(database, db, await deviceIds(db));
  }

  /**
   * @param open a fleet for the given run.
   * @param seed for the same steps each time.
   */
  async repeat(
    runs: number,
    open: (db: Database, run: number) => Promise<PresenceFleet>,
    seed?: number,
  ): Promise<void> {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        this.count += 1;
        await clearRows(this.db);
        await new FleetRun(await open(this.db, this.count), this.db, this.ids).run(all);
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
    );
  }

  async close(): Promise<void> {
    await this.db.close(true);
    await this.database.drop();
  }
}
