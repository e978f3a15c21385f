import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { takeLock } from './connection.js';

/** Far less than another gateway waits before it takes the server for one that was left running. */
const RETRY_MS = 250;

/** The lock of `takeLock`, taken again when its connection ends: a crash of any backend ends all connections. */
export class KeptLock {
  #isEnded = false;

  /**
   * @param client that holds the lock.
   * @param connect opens another connection.
   */
  constructor(
    private client: pg.Client,
    private readonly connect: () => Promise<pg.Client>,
  ) {
    client.once('end', () => void this.#takeAgain());
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.client.end();
  }

  async #takeAgain(): Promise<void> {
    while (!this.#isEnded) {
      const client = await this.connect().catch(() => null);
      const isTaken = client !== null && (await takeLock(client).catch(() => false));
      if (isTaken && !this.#isEnded) {
        this.client = client;
        client.once('end', () => void this.#takeAgain());
        return;
      }
      await client?.end().catch(() => {});
      await setTimeout(RETRY_MS, undefined, { ref: false });
    }
  }
}
