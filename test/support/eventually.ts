import { setTimeout } from 'node:timers/promises';

const POLL_MS = 20;
/** Generous for a busy machine, and below the time limit of a test. */
const TIMEOUT_MS = 45_000;

/**
 * Polls until the condition holds, for state that the server announces to no one.
 * @throws Error after 45 seconds.
 */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + TIMEOUT_MS; !(await holds()); await setTimeout(POLL_MS)) {
    if (performance.now() > end) throw new Error(`The condition did not hold within ${TIMEOUT_MS} ms.`);
  }
}
