import { RateLimiterMemory } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 15 * 60;

/**
 * Counts failures by key within 15 minutes. Attempts under way count as failures until they end, and further ones wait
 * for them: a hundred parallel wrong attempts get no more than the budget, and a hundred devices that log in at once
 * with the right password all succeed. Once the budget is spent, nothing waits: the caller limits each attempt, and a
 * queue of wrong attempts would delay the owner.
 */
export class FailureBudget {
  readonly #failures: RateLimiterMemory;
  readonly #gates = new Map<string, { active: number; waiting: (() => void)[] }>();

  constructor(
    private readonly budget: number,
    private readonly isFailure: (error: unknown) => boolean,
  ) {
    this.#failures = new RateLimiterMemory({ points: budget, duration: WINDOW_SECONDS });
  }

  async isSpent(key: string): Promise<boolean> {
    return (await this.#count(key)) >= this.budget;
  }

  /** Runs the attempt. @throws as `attempt` */
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

  async #count(key: string): Promise<number> {
    return (await this.#failures.get(key))?.consumedPoints ?? 0;
  }

  async #enter(key: string): Promise<void> {
    for (;;) {
      const left = this.budget - (await this.#count(key));
      const gate = this.#gates.get(key) ?? { active: 0, waiting: [] };
      this.#gates.set(key, gate);
      const isSpent = left <= 0;
      if (isSpent || gate.active < left) {
        gate.active += 1;
        if (isSpent) gate.waiting.shift()?.();
        return;
      }
      await new Promise<void>((wake) => gate.waiting.push(wake));
    }
  }

  #leave(key: string): void {
    const gate = this.#gates.get(key);
    if (!gate) return;
    gate.active -= 1;
    const wake = gate.waiting.shift();
    if (wake) wake();
    else if (gate.active === 0) this.#gates.delete(key);
  }
}
