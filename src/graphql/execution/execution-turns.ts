import type { Payer } from '../../rate-limits/complexity-budget.js';
import { FairTurns } from '../../rate-limits/fair-turns.js';
import { waiterOf } from '../../sessions/payer.js';

/** The complexity that is executed at a time: about the maximum of one operation, or 0.1 seconds of the event loop. */
const CAPACITY = 10_000;

/** Operations up to this complexity do not wait for more complex ones. */
const SMALL_COMPLEXITY = 200;

/** An operation that is about to be executed. */
export interface Execution {
  readonly payer: Payer;
  readonly complexity: number;
  readonly isMutation: boolean;
}

/**
 * Lets complex operations wait for each other, and small queries and subscriptions for other small requests. All at
 * once, the rows that they read would come back together, and keep heartbeats waiting for seconds. The payers take
 * turns: the many operations of one do not delay those of others.
 */
export class ExecutionTurns {
  readonly #complex = new FairTurns({
    capacity: CAPACITY,
    maxWaiting: 200,
    refusal: 'Too many complex operations wait; try again later.',
  });

  /** @param databaseTurns what small queries share with the requests of other APIs. */
  constructor(private readonly databaseTurns: FairTurns) {}

  /** The number of complex operations that wait. */
  get waiting(): number {
    return this.#complex.waiting;
  }

  /**
   * Executes an operation in its turn. Small mutations are executed at once: heartbeats must not wait, and others wait
   * for more than the database.
   * @throws DomainError UNAVAILABLE if too many wait; as `execute`.
   */
  run<T>({ payer, complexity, isMutation }: Execution, execute: () => T | Promise<T>): T | Promise<T> {
    const waiter = waiterOf(payer);
    if (complexity > SMALL_COMPLEXITY) return this.#complex.run(waiter, complexity, execute);
    return isMutation ? execute() : this.databaseTurns.run(waiter, 1, execute);
  }
}
