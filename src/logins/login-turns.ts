import { availableParallelism } from 'node:os';
import { FairTurns } from '../rate-limits/fair-turns.js';

/** For each core: enough to keep it busy, although a failed login waits for 0.4 seconds that take no work. */
const AT_A_TIME = 16;
/** For each core, which verifies about a hundred passwords in a second. */
const MAX_WAITING = 250;

/** The turns of all logins: each address has its turn, and each login name of an address. */
export const loginTurns = (cores = availableParallelism()): FairTurns =>
  new FairTurns({
    capacity: cores * AT_A_TIME,
    maxWaiting: cores * MAX_WAITING,
    refusal: 'Too many logins wait; try again later.',
  });
