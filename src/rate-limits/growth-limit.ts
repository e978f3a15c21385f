import { throttledFor } from '../errors.js';

const MINUTE_MS = 60_000;
/** How many any account may add in a minute. */
const MINIMUM = 100;

/** Limits how many objects of a kind an account adds in a minute: a share of those that it may have, and at least 100. */
export class GrowthLimit {
  /** In the current minute, by account. One minute for all: the accounts of a fleet would need a timer each. */
  readonly #added = new Map<number, number>();
  readonly #perMinute: number;
  /** The most that an account has added. */
  #peak = 0;
  #minuteEnds = 0;

  /** @param refusal the message of the error. */
  constructor(
    maxObjects: number,
    sharePerMinute: number,
    private readonly refusal: string,
  ) {
    this.#perMinute = Math.max(MINIMUM, Math.floor(maxObjects * sharePerMinute));
  }

  /** Whether each account may still add this many. */
  allowsAll(count: number): boolean {
    this.#startMinute();
    return this.#peak + count <= this.#perMinute;
  }

  /** Counts an object. @throws DomainError THROTTLED */
  spend(userId: number): void {
    this.#startMinute();
    const added = (this.#added.get(userId) ?? 0) + 1;
    if (added > this.#perMinute) throw throttledFor(this.#minuteEnds - performance.now(), this.refusal);
    this.#added.set(userId, added);
    this.#peak = Math.max(this.#peak, added);
  }

  #startMinute(): void {
    const now = performance.now();
    if (now < this.#minuteEnds) return;
    this.#added.clear();
    this.#peak = 0;
    this.#minuteEnds = now + MINUTE_MS;
  }
}
