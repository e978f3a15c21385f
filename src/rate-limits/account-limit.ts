import { throttledFor } from '../errors.js';
import type { Limiter, Limiters } from './limiters.js';

const HOUR_SECONDS = 3600;

export interface AccountLimitOptions {
  /** Of the limiter. */
  readonly name: string;
  readonly perHour: number;
  /** The message of the error. */
  readonly refusal: string;
}

/** Limits what one account may do within an hour, whatever it may do to others. */
export class AccountLimit {
  readonly #used: Limiter;

  constructor(
    limiters: Limiters,
    private readonly options: AccountLimitOptions,
  ) {
    const { name, perHour } = options;
    this.#used = limiters.create({ name, points: perHour, windowSeconds: HOUR_SECONDS });
  }

  /** Counts one. @throws DomainError THROTTLED */
  async spend(userId: number): Promise<void> {
    await this.#used.consume(userId).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
      throw throttledFor(msBeforeNext, this.options.refusal);
    });
  }
}
