import type { Database } from '../database/database.js';

/** Clocks may differ by so much: sessions, captchas and leases expire by them. */
const MAX_DRIFT_MS = 2000;

/** The time of an engine, in milliseconds since the epoch. */
interface EngineTime {
  readonly now: number;
}

/**
 * Compares the clock of this host with that of an engine.
 * @param read asks the engine for its time, among others.
 * @returns what was read, and a sentence if the clocks differ too much.
 */
export async function compareClocks<T extends EngineTime>(
  engine: string,
  read: () => Promise<T>,
): Promise<{ readonly result: T; readonly problem: string | null }> {
  const before = Date.now();
  const result = await read();
  const after = Date.now();
  const ahead = (before + after) / 2 - result.now;
  // The engine may have read its clock at any time in between.
  if (Math.abs(ahead) <= MAX_DRIFT_MS + (after - before) / 2) return { result, problem: null };
  const seconds = (Math.abs(ahead) / 1000).toFixed(1);
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  const problem = `The clock of this host is ${seconds} seconds ${direction} that of ${engine}: synchronise the clocks of all hosts.`;
  return { result, problem };
}

export async function readDatabaseTime(db: Database): Promise<EngineTime> {
  const [row] = await db.em.execute<EngineTime[]>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  );
  return { now: row?.now ?? 0 };
}
