import { RateLimiterMemory } from 'rate-limiter-flexible';
import { throttledFor } from '../errors.js';

const MINUTE_SECONDS = 60;
/** How many any account may add in a minute. */
const MINIMUM = 100;

/** Limits how many objects of a kind an account adds in a minute: a share of those that it may have, and at least 100. */
export class GrowthLimit {
  readonly #added: RateLimiterMemory;

  /** @param refusal the message of the error. */
  constructor(
    maxObjects: number,
    sharePerMinute: number,
    private readonly refusal: string,
  ) {
    const points = Math.max(MINIMUM, Math.floor(maxObjects * sharePerMinute));
    this.#added = new RateLimiterMemory({ points, duration: MINUTE_SECONDS });
  }

  /** Counts an object. @throws DomainError THROTTLED */
  async spend(userId: number): Promise<void> {
    await this.#added.consume(userId).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
      throw throttledFor(msBeforeNext, this.refusal);
    });
  }
}
