import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { KnownClient } from './known-client.entity.js';
import { type ClientNames, clientKeys } from './known-clients.js';

/** A key takes about a hundred bytes. */
const MAX_CLIENTS = 20_000;
const MAX_AGE_MS = 60_000;

/** The clients that any account has signed in from lately, in memory: it is asked while logins wait. */
export class RecentClients {
  #keys: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * As of at most a minute ago, if it is asked often.
   * @returns the key under which the client is known: its address or else its device id. Null if it is a stranger.
   */
  find(client: ClientNames): string | null {
    const now = this.clock();
    if (now - this.#readAt > MAX_AGE_MS) {
      this.#readAt = now;
      // Without the database there are no logins either.
      this.#read().catch(() => {});
    }
    return clientKeys(client).find((key) => this.#keys.has(key)) ?? null;
  }

  async #read(): Promise<void> {
    const latest = { orderBy: { lastLoginAt: 'desc' }, limit: MAX_CLIENTS } as const;
    const clients = await this.db.em.fork().find(KnownClient, {}, { fields: ['client'], ...latest });
    this.#keys = new Set(clients.map(({ client }) => client));
  }
}
