import { setTimeout } from 'node:timers/promises';
import { connectClient } from './connections/failover-client.js';
import { reasonOf } from './reason.js';
import { mayRecover } from './unavailable.js';

/** How long a database may take to start with the gateway. */
const WAIT_MS = 30_000;
const RETRY_MS = 500;

interface WaitOptions {
  /** Called with a sentence if the database does not answer at once. */
  onWait(sentence: string): void;
  /** Aborts the wait, which then rejects. */
  readonly signal: AbortSignal;
}

/**
 * Waits up to 30 seconds for a database that starts at the same time. Returns at once when another attempt would fail as
 * well, and after the time; `openDatabase` then reports the failure.
 * @param url as for `openDatabase`
 */
export async function untilReachable(url: string, { onWait, signal }: WaitOptions): Promise<void> {
  for (let attempt = 1, end = performance.now() + WAIT_MS; performance.now() < end; attempt++) {
    const failure = await failureOf(url);
    if (!mayRecover(failure)) return;
    if (attempt === 1) {
      onWait(
        `The database does not answer (${reasonOf(failure)}): the gateway waits up to 30 seconds for it.`,
      );
    }
    await setTimeout(RETRY_MS, undefined, { signal });
  }
}

/** Why a connection cannot be opened; null if it can. */
async function failureOf(url: string): Promise<unknown> {
  try {
    const client = await connectClient(url);
    await client.end();
    return null;
  } catch (error) {
    return error;
  }
}
