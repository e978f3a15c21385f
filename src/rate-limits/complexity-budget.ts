import { throttledFor } from '../errors.js';
import type { Limiter, Limiters } from './limiters.js';

const MINUTE_SECONDS = 60;

/** Validation compares a document's fields with each other: its time grows with the square of the length. */
const CHARACTERS_PER_UNIT = 16;
/** A longer document has too many tokens, or a long string, which is cheap. */
const LONGEST_PARSED = 8192;
/** A client sends few documents, each of them many times. */
const PARSING_SHARE = 0.1;

/** A user over all sessions and APIs, or the address of an anonymous client. */
export type Payer = string;

/** Limits the complexity that the operations of one payer may have within a minute. */
export class ComplexityBudget {
  readonly #execution: Limiter;
  /** Apart from execution, so that a payer who spends it can still run documents that are in the cache. */
  readonly #parsing: Limiter;

  constructor(limiters: Limiters, perMinute: number) {
    const windowSeconds = MINUTE_SECONDS;
    this.#execution = limiters.create({ name: 'complexity', points: perMinute, windowSeconds });
    this.#parsing = limiters.create({ name: 'parsing', points: perMinute * PARSING_SHARE, windowSeconds });
  }

  /**
   * For an operation that is about to run. A complexity of 0 always passes.
   * @throws DomainError THROTTLED with the seconds until the next minute.
   */
  async spend(payer: Payer, complexity: number): Promise<void> {
    if (complexity > 0) await this.#execution.consume(payer, complexity).catch(refuse);
  }

  /** For a document that is not in the cache, whether or not it turns out to be valid. @throws as `spend` */
  async spendOnParsing(payer: Payer, document: string): Promise<void> {
    const units = Math.ceil((Math.min(document.length, LONGEST_PARSED) / CHARACTERS_PER_UNIT) ** 2);
    await this.#parsing.consume(payer, units).catch(refuse);
  }
}

function refuse({ msBeforeNext }: { msBeforeNext: number }): never {
  throw throttledFor(msBeforeNext, 'Your operations of the last minute were too complex; try again later.');
}
