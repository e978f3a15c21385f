import { DomainError, throttledFor } from '../errors.js';
import { addressBucket } from './address-bucket.js';
import type { Limiter, Limiters } from './limiters.js';

const WINDOW_SECONDS = 15 * 60;
const PER_ACCOUNT = 10;
/** Several people may be behind it. */
const PER_ADDRESS = 50;
/** Wrong codes of everyone: of 10^11 codes, few wait for their owner. */
const OVERALL = 1000;
const EVERYONE = 'everyone';

/** Limits wrong claim codes: of an account, of an address, and of all together. */
export class ClaimThrottle {
  readonly #accounts: Limiter;
  readonly #addresses: Limiter;
  readonly #overall: Limiter;

  constructor(limiters: Limiters) {
    const create = (name: string, points: number) =>
      limiters.create({ name, points, windowSeconds: WINDOW_SECONDS });
    this.#accounts = create('claims-accounts', PER_ACCOUNT);
    this.#addresses = create('claims-addresses', PER_ADDRESS);
    this.#overall = create('claims-overall', OVERALL);
  }

  /**
   * Runs `claim`, and counts it if there is no such code.
   * @throws DomainError THROTTLED beyond a budget; otherwise as `claim`.
   */
  async attempt<T>(userId: number, address: string, claim: () => Promise<T>): Promise<T> {
    const keys = [
      [this.#accounts, String(userId)],
      [this.#addresses, addressBucket(address)],
      [this.#overall, EVERYONE],
    ] as const;
    // Before the attempt, so that parallel ones get no more than sequential ones.
    for (const [limiter, key] of keys) {
      await limiter.consume(key).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
        throw throttledFor(msBeforeNext, 'Too many wrong codes; try again later.');
      });
    }
    try {
      const claimed = await claim();
      await this.#giveBack(keys);
      return claimed;
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'NOT_FOUND')) await this.#giveBack(keys);
      throw error;
    }
  }

  async #giveBack(keys: readonly (readonly [Limiter, string])[]): Promise<void> {
    for (const [limiter, key] of keys) await limiter.reward(key);
  }
}
