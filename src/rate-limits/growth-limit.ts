import { throttledFor } from '../errors.js';
import type { Limiter, Limiters } from './limiters.js';
import { PeakUse } from './peak-use.js';

const MINUTE_SECONDS = 60;
/** How many any account may add in a minute. */
const MINIMUM = 100;

export interface GrowthLimitOptions {
  /** Of the limiter. */
  readonly name: string;
  /** How many objects an account may have. */
  readonly maxObjects: number;
  readonly sharePerMinute: number;
  /** The message of the error. */
  readonly refusal: string;
}

/** Limits how many objects of a kind an account adds in a minute: a share of those that it may have, and at least 100. */
export class GrowthLimit {
  readonly #added: Limiter;
  readonly #perMinute: number;
  readonly #peak = new PeakUse(MINUTE_SECONDS * 1000);

  constructor(
    private readonly limiters: Limiters,
    private readonly options: GrowthLimitOptions,
  ) {
    const { name, maxObjects, sharePerMinute } = options;
    this.#perMinute = Math.max(MINIMUM, Math.floor(maxObjects * sharePerMinute));
    const window = { points: this.#perMinute, windowSeconds: MINUTE_SECONDS };
    this.#added = limiters.create({ name, ...window, hasManyKeys: true });
  }

  /** Whether each account may still add this many. */
  allowsAll(count: number): boolean {
    // Other nodes may admit as many meanwhile.
    return this.#peak.value + count * this.limiters.nodes <= this.#perMinute;
  }

  /** Counts an object. @throws DomainError THROTTLED */
  async spend(userId: number): Promise<void> {
    const added = this.#added.consume(userId).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
      throw throttledFor(msBeforeNext, this.options.refusal);
    });
    this.#peak.note((await added).consumedPoints);
  }
}
