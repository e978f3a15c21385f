import { RateLimiterMemory } from 'rate-limiter-flexible';
import { throttledFor } from '../errors.js';

const MINUTE_SECONDS = 60;

/** Documents are compared with themselves, field by field: reading one takes time by the square of its length. */
const CHARACTERS_PER_UNIT = 16;
/** A longer document has more tokens than are read, or a long text in it, which costs nothing. */
const LONGEST_READ = 8192;
/** A client sends few documents, and each of them many times. */
const READING_PART = 0.1;

/** Who pays: a person over all sessions and doors, or else the address. */
export type Payer = string;

/** What the operations of one payer may cost in a minute, in fields of answers, over all doors together. */
export class CostBudget {
  readonly #running: RateLimiterMemory;
  /** On its own: who spends it sends what is refused, and nobody who goes on with the same documents needs it. */
  readonly #reading: RateLimiterMemory;

  constructor(perMinute: number) {
    this.#running = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS });
    this.#reading = new RateLimiterMemory({ points: perMinute * READING_PART, duration: MINUTE_SECONDS });
  }

  /**
   * Pays for an operation that is about to run; what costs nothing always runs.
   * @throws DomainError THROTTLED with the seconds until there is a new budget.
   */
  async run(payer: Payer, cost: number): Promise<void> {
    if (cost > 0) await this.#running.consume(payer, cost).catch(refuse);
  }

  /** Pays for a document that nobody has sent before, also when it turns out to be wrong. @throws as `run` */
  async read(payer: Payer, document: string): Promise<void> {
    const cost = Math.ceil((Math.min(document.length, LONGEST_READ) / CHARACTERS_PER_UNIT) ** 2);
    await this.#reading.consume(payer, cost).catch(refuse);
  }

  /** Before a document that may be new is looked at. @throws as `run` */
  async requireReadable(payer: Payer): Promise<void> {
    const spent = await this.#reading.get(payer);
    if (spent && spent.consumedPoints > this.#reading.points) refuse(spent);
  }
}

function refuse({ msBeforeNext }: { msBeforeNext: number }): never {
  throw throttledFor(msBeforeNext, 'Too much was asked for in a minute; try again later.');
}
