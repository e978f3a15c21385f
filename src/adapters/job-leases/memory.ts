import type { Clock } from '../../clock.js';
import type { JobLeases } from '../../jobs/job-leases.js';

/** The leases of the only node. */
export class MemoryJobLeases implements JobLeases {
  readonly #held = new Map<string, { readonly token: number; readonly until: number }>();
  #lastToken = 0;

  constructor(private readonly clock: Clock) {}

  async acquire(name: string, durationMs: number): Promise<number> {
    const now = this.clock();
    const held = this.#held.get(name);
    const token = held && held.until > now ? held.token : this.#nextToken();
    this.#held.set(name, { token, until: now + durationMs });
    return token;
  }

  async release(name: string): Promise<void> {
    this.#held.delete(name);
  }

  #nextToken(): number {
    this.#lastToken += 1;
    return this.#lastToken;
  }
}
