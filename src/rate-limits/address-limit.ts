import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError, throttledFor } from '../errors.js';
import { addressBucket } from './login-throttle.js';

const HOUR_SECONDS = 3600;

/** How often strangers of one address (IPv6: one /64) may have something done for them. */
export class AddressLimit {
  readonly #done: RateLimiterMemory;

  constructor(
    perHour: number,
    private readonly refusal: string,
  ) {
    this.#done = new RateLimiterMemory({ points: perHour, duration: HOUR_SECONDS });
  }

  /**
   * Does it and counts it, also when it fails; but not for INVALID_INPUT, since a mistyped form costs us nothing.
   * @throws DomainError THROTTLED with the seconds until it may be done again; else what `work` throws.
   */
  async spend<T>(address: string, work: () => Promise<T>): Promise<T> {
    const key = addressBucket(address);
    // Before the work, so that a hundred at once get no more than one after another.
    await this.#done.consume(key).catch((spent: { msBeforeNext: number }) => {
      throw throttledFor(spent.msBeforeNext, this.refusal);
    });
    try {
      return await work();
    } catch (error) {
      if (error instanceof DomainError && error.code === 'INVALID_INPUT') await this.#done.reward(key);
      throw error;
    }
  }
}
