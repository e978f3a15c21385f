import { poolUse } from '../database/pool-connections.js';
import type { Services } from '../services.js';
import { hashQueue } from '../users/passwords/password-hash.js';

/** Where work waits in this process. The values are the labels of the metric. */
export enum Queue {
  DATABASE = 'database',
  FIRST_HEARTBEATS = 'first_heartbeats',
  PASSWORDS = 'passwords',
  SESSIONS = 'sessions',
  TRANSITIONS = 'transitions',
}

/** How much waits in each queue. */
export async function queueLengths({
  db,
  heartbeats,
  sessions,
}: Pick<Services, 'db' | 'heartbeats' | 'sessions'>): Promise<ReadonlyMap<Queue, number>> {
  const { waiting, transitions } = heartbeats.counts;
  return new Map([
    [Queue.DATABASE, (await poolUse(db)).waiting],
    [Queue.FIRST_HEARTBEATS, waiting],
    [Queue.PASSWORDS, hashQueue().waiting],
    [Queue.SESSIONS, sessions.waiting],
    [Queue.TRANSITIONS, transitions.unsaved],
  ]);
}
