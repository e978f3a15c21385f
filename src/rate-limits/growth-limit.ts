import { RateLimiterMemory } from 'rate-limiter-flexible';
import { throttledFor } from '../errors.js';
import { PeakUse } from './peak-use.js';

const MINUTE_SECONDS = 60;
/** How many any account may add in a minute. */
const MINIMUM = 100;

/** Limits how many objects of a kind an account adds in a minute: a share of those that it may have, and at least 100. */
export class GrowthLimit {
  readonly #added: RateLimiterMemory;
  readonly #peak = new PeakUse(MINUTE_SECONDS * 1000);
  readonly #perMinute: number;

  /** @param refusal the message of the error. */
  constructor(
    maxObjects: number,
    sharePerMinute: number,
    private readonly refusal: string,
  ) {
    this.#perMinute = Math.max(MINIMUM, Math.floor(maxObjects * sharePerMinute));
    this.#added = new RateLimiterMemory({ points: this.#perMinute, duration: MINUTE_SECONDS });
  }

  /** Whether each account may still add this many. */
  allowsAll(count: number): boolean {
    return this.#peak.value + count <= this.#perMinute;
  }

  /** Counts an object. @throws DomainError THROTTLED */
  async spend(userId: number): Promise<void> {
    const added = this.#added.consume(userId).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
      throw throttledFor(msBeforeNext, this.refusal);
    });
    this.#peak.note((await added).consumedPoints);
  }
}
