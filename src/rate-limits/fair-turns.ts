import { setImmediate } from 'node:timers/promises';
import { DomainError } from '../errors.js';
import { FairQueue, type Waiter } from './fair-queue.js';

/** How long a client should wait whose work was refused, in seconds. */
const RETRY_AFTER_S = 5;

export interface FairTurnsOptions {
  /** The weight of the work that is done at a time. */
  readonly capacity: number;
  /** How much waits for it at most. */
  readonly maxWaiting: number;
  /** The message of the error. */
  readonly refusal: string;
}

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
  readonly refuse: () => void;
}

/** Limits the work that is done at a time. The rest waits in a fair queue, and is refused beyond its bound. */
export class FairTurns {
  #busy = 0;
  /** Does not fit yet, and is the next. */
  #next: Waiting | undefined;
  readonly #waiting: FairQueue<Waiting>;
  /** One for all: under such a load, the stack of each would cost more than the refusal. */
  readonly #refusal: DomainError;

  constructor(private readonly options: FairTurnsOptions) {
    this.#waiting = new FairQueue(options.maxWaiting);
    this.#refusal = new DomainError('UNAVAILABLE', options.refusal, { retryAfter: RETRY_AFTER_S });
  }

  /** How much waits. */
  get waiting(): number {
    return this.#waiting.size + (this.#next ? 1 : 0);
  }

  /**
   * Does work in its turn; at once, if there is room.
   * @param weight more than the capacity counts as the whole of it.
   * @throws DomainError UNAVAILABLE if too much waits; as `work`.
   */
  run<T>(waiter: Waiter, weight: number, work: () => T | Promise<T>): T | Promise<T> {
    const taken = Math.min(weight, this.options.capacity);
    if (this.waiting > 0 || !this.#fits(taken)) return this.#runLater(waiter, taken, work);
    this.#busy += taken;
    try {
      const result = work();
      if (result instanceof Promise) return result.finally(() => this.#end(taken));
      this.#busy -= taken;
      return result;
    } catch (error) {
      this.#busy -= taken;
      throw error;
    }
  }

  async #runLater<T>(waiter: Waiter, weight: number, work: () => T | Promise<T>): Promise<T> {
    await new Promise<void>((start, reject) => {
      const refuse = () => reject(this.#refusal);
      this.#waiting.push(waiter, { weight, start, refuse })?.refuse();
    });
    try {
      return await work();
    } finally {
      void this.#end(weight);
    }
  }

  #fits(weight: number): boolean {
    return this.#busy + weight <= this.options.capacity;
  }

  async #end(weight: number): Promise<void> {
    // The event loop serves others between two turns.
    await setImmediate();
    this.#busy -= weight;
    this.#startNext();
  }

  /** Starts what fits, without overtaking: the heaviest work would wait forever. */
  #startNext(): void {
    for (;;) {
      this.#next ??= this.#waiting.shift();
      if (!this.#next || !this.#fits(this.#next.weight)) return;
      const { weight, start } = this.#next;
      this.#next = undefined;
      this.#busy += weight;
      start();
    }
  }
}
