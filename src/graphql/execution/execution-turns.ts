import { setImmediate } from 'node:timers/promises';
import type { Payer } from '../../rate-limits/complexity-budget.js';

/** The complexity that is executed at a time: about the maximum of one operation, or 0.1 seconds of the event loop. */
const CAPACITY = 10_000;

/** Operations that are executed at once, such as heartbeats. */
const SMALL_COMPLEXITY = 200;

interface Waiting {
  readonly complexity: number;
  readonly start: () => void;
}

/**
 * Lets complex operations wait for each other. All at once, the rows that they read would come back together, and
 * keep heartbeats waiting for seconds. The payers take turns: the many operations of one do not delay those of others.
 */
export class ExecutionTurns {
  #executing = 0;
  readonly #waiting = new Map<Payer, Waiting[]>();

  /** The number of operations that wait. */
  get waiting(): number {
    return this.#waiting.values().reduce((sum, { length }) => sum + length, 0);
  }

  /** Executes an operation in its turn; a small one at once. */
  run<T>(payer: Payer, complexity: number, execute: () => T | Promise<T>): T | Promise<T> {
    if (complexity <= SMALL_COMPLEXITY) return execute();
    return this.#runInTurn(payer, Math.min(complexity, CAPACITY), execute);
  }

  async #runInTurn<T>(payer: Payer, complexity: number, execute: () => T | Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      const waiting = { complexity, start };
      const others = this.#waiting.get(payer);
      if (others) others.push(waiting);
      else this.#waiting.set(payer, [waiting]);
      this.#startNext();
    });
    try {
      return await execute();
    } finally {
      void this.#end(complexity);
    }
  }

  async #end(complexity: number): Promise<void> {
    await setImmediate();
    this.#executing -= complexity;
    this.#startNext();
  }

  /** Starts what fits, without overtaking: the most complex operations would wait forever. */
  #startNext(): void {
    for (const [payer, [next, ...others]] of this.#waiting) {
      if (!next || this.#executing + next.complexity > CAPACITY) return;
      this.#executing += next.complexity;
      this.#waiting.delete(payer);
      // To the end of the map, so that the other payers come first. The loop will reach it again.
      if (others.length > 0) this.#waiting.set(payer, others);
      next.start();
    }
  }
}
