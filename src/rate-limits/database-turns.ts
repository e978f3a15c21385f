import { FairTurns } from './fair-turns.js';

/** Twice the connections of the pool. */
const AT_A_TIME = 40;
/** About a second of work. */
const MAX_WAITING = 2000;

/** The turns of small requests that read the database: the many of one caller do not delay those of others. */
export const databaseTurns = (): FairTurns =>
  new FairTurns({
    capacity: AT_A_TIME,
    maxWaiting: MAX_WAITING,
    refusal: 'Too many requests wait; try again later.',
  });
