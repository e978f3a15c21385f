import { throttledFor } from '../errors.js';
import { addressBucket } from './address-bucket.js';
import type { Limiter, Limiters } from './limiters.js';

/** Wrong tokens after which an address is slowed down. */
const FAILURES = { points: 50, windowSeconds: 15 * 60 };

/** An address beyond its budget gets one attempt in this time. */
const SLOT_SECONDS = 2;

/** Slows down addresses that try tokens. Tokens that are remembered do not come here. */
export class TokenThrottle {
  readonly #failures: Limiter;
  readonly #slots: Limiter;

  constructor(limiters: Limiters) {
    this.#failures = limiters.create({ name: 'token-addresses', ...FAILURES });
    this.#slots = limiters.create({ name: 'token-slots', points: 1, windowSeconds: SLOT_SECONDS });
  }

  /**
   * Looks up a token, and counts a failure if it is unknown.
   * @param address null for an attempt that comes from no network.
   * @throws DomainError THROTTLED beyond the budget; otherwise as `find`.
   */
  async attempt<T>(address: string | null, find: () => Promise<T | null>): Promise<T | null> {
    if (address === null) return find();
    const bucket = addressBucket(address);
    const isSpent = (await this.#failures.get(bucket))?.remainingPoints === 0;
    if (isSpent) {
      await this.#slots.consume(bucket).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
        throw throttledFor(msBeforeNext, 'Too many wrong tokens; try again later.');
      });
    }
    const found = await find();
    if (found === null) await this.#failures.penalty(bucket);
    return found;
  }
}
