import { throttledFor } from '../errors.js';
import type { Limiter, Limiters } from './limiters.js';

/** Attempts that wait for those of the same key at most: behind more, clients would time out. */
const MAX_WAITING = 1000;

/** How many failures a key may have. The window begins with the first one. */
export interface FailureLimit {
  /** Of the limiter. */
  readonly name: string;
  readonly max: number;
  readonly windowSeconds: number;
}

/** The attempts under way with one key. */
interface Gate {
  active: number;
  /** Attempts that have entered or left. */
  changes: number;
  /** Wakes the attempts that wait, in their order. */
  readonly waiting: (() => void)[];
}

/**
 * Counts failures by key within a window. Attempts under way count as failures until they end, and further ones wait
 * for them: a hundred parallel wrong attempts get no more than the budget, and a hundred devices that log in at once
 * with the right password all succeed. Once the budget is spent, nothing waits: the caller limits each attempt, and a
 * queue of wrong attempts would delay the owner.
 */
export class FailureBudget {
  readonly #failures: Limiter;
  readonly #gates = new Map<string, Gate>();

  constructor(
    private readonly limiters: Limiters,
    private readonly limit: FailureLimit,
    private readonly isFailure: (error: unknown) => boolean,
  ) {
    const { name, max: points, windowSeconds } = limit;
    this.#failures = limiters.create({ name, points, windowSeconds });
  }

  async isSpent(key: string): Promise<boolean> {
    return (await this.#left(key)) === 0;
  }

  /** Milliseconds until a budget that is spent is whole again; 0 if it is not spent. */
  async spentForMs(key: string): Promise<number> {
    const { remainingPoints, msBeforeNext = 0 } = (await this.#failures.get(key)) ?? {};
    return remainingPoints === 0 ? msBeforeNext : 0;
  }

  /** Runs the attempt. @throws DomainError THROTTLED if too many wait; as `attempt`. */
  async spend<T>(key: string, attempt: () => Promise<T>): Promise<T> {
    await this.#enter(key);
    try {
      return await attempt();
    } catch (error) {
      if (this.isFailure(error)) await this.#failures.penalty(key);
      throw error;
    } finally {
      this.#leave(key);
    }
  }

  /** Failures that the key may still have: of the share of this node while the nodes cannot count together. */
  async #left(key: string): Promise<number> {
    return (await this.#failures.get(key))?.remainingPoints ?? this.limit.max;
  }

  async #enter(key: string): Promise<void> {
    for (;;) {
      const gate = this.#gate(key);
      const { changes } = gate;
      const left = await this.#left(key);
      // An attempt that ended meanwhile may be neither among the active ones nor in the count.
      if (this.#gate(key) !== gate || gate.changes !== changes) continue;
      const isSpent = left === 0;
      // Other nodes may have as many under way.
      if (isSpent || gate.active < Math.ceil(left / this.limiters.nodes)) {
        gate.active += 1;
        gate.changes += 1;
        if (isSpent) gate.waiting.shift()?.();
        return;
      }
      if (gate.waiting.length >= MAX_WAITING) throw tooManyAttempts();
      await new Promise<void>((wake) => gate.waiting.push(wake));
    }
  }

  #leave(key: string): void {
    const gate = this.#gate(key);
    gate.active -= 1;
    gate.changes += 1;
    const wake = gate.waiting.shift();
    if (wake) wake();
    else if (gate.active === 0) this.#gates.delete(key);
  }

  #gate(key: string): Gate {
    const gate = this.#gates.get(key) ?? { active: 0, changes: 0, waiting: [] };
    this.#gates.set(key, gate);
    return gate;
  }
}

const tooManyAttempts = () => throttledFor(5000, 'Too many attempts wait; try again later.');
