import { DomainError, type DomainErrorCode, throttledFor } from '../errors.js';
import { addressBucket } from './address-bucket.js';
import type { Limiter, Limiters } from './limiters.js';
import { PeakUse } from './peak-use.js';

const HOUR_SECONDS = 3600;

/** The failures that cost nothing. */
const FREE: ReadonlySet<DomainErrorCode> = new Set(['INVALID_INPUT', 'LIMIT_REACHED', 'UNAVAILABLE']);

export interface AddressLimitOptions {
  /** Of the limiter. */
  readonly name: string;
  readonly perHour: number;
  /** The message of the error. */
  readonly refusal: string;
}

/** Limits what anonymous clients of one address (IPv6: one /64) may do within an hour. */
export class AddressLimit {
  readonly #used: Limiter;
  readonly #peak = new PeakUse(HOUR_SECONDS * 1000);

  constructor(
    private readonly limiters: Limiters,
    private readonly options: AddressLimitOptions,
  ) {
    const { name, perHour } = options;
    this.#used = limiters.create({ name, points: perHour, windowSeconds: HOUR_SECONDS });
  }

  /** Whether each address may still do it this many times. */
  allowsAll(count: number): boolean {
    // Other nodes may admit as many meanwhile.
    return this.#peak.value + count * this.limiters.nodes <= this.options.perHour;
  }

  /**
   * Runs `work` and counts it, even if it fails, unless it could not be done at all: such failures cost nothing.
   * @throws DomainError THROTTLED with the seconds until it may be done again; otherwise as `work`.
   */
  async spend<T>(address: string, work: () => Promise<T>): Promise<T> {
    const key = addressBucket(address);
    // Before the work, so that parallel requests get no more than sequential ones.
    const used = this.#used.consume(key).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
      throw throttledFor(msBeforeNext, this.options.refusal);
    });
    this.#peak.note((await used).consumedPoints);
    try {
      return await work();
    } catch (error) {
      if (error instanceof DomainError && FREE.has(error.code)) await this.#used.reward(key);
      throw error;
    }
  }
}
