import type { Payer } from '../../rate-limits/complexity-budget.js';
import { FairTurns } from '../../rate-limits/fair-turns.js';
import { waiterOf } from '../../sessions/payer.js';
import type { ExecutionKind } from './execution-kind.js';

/** The complexity that is executed at a time: about the maximum of one operation, or 0.1 seconds of the event loop. */
const CAPACITY = 10_000;

/** Operations up to this complexity do not wait for more complex ones. */
const SMALL_COMPLEXITY = 200;

/** Changes that are made at a time: they may wait for each other in the database, and leave half of its connections. */
const CHANGES_AT_A_TIME = 10;

/** An operation that is about to be executed. */
export interface Execution {
  readonly payer: Payer;
  readonly complexity: number;
  readonly kind: ExecutionKind;
}

/**
 * Lets complex operations wait for each other, small changes for other changes, and small queries and subscriptions for
 * other small requests. All at once, the rows that they read would come back together, and keep heartbeats waiting for
 * seconds. The payers take turns: the many operations of one do not delay those of others.
 */
export class ExecutionTurns {
  readonly #complex = new FairTurns({
    capacity: CAPACITY,
    maxWaiting: 200,
    refusal: 'Too many complex operations wait; try again later.',
  });
  readonly #changes = new FairTurns({
    capacity: CHANGES_AT_A_TIME,
    maxWaiting: 1000,
    refusal: 'Too many changes wait; try again later.',
  });

  /** @param databaseTurns what small queries share with the requests of other APIs. */
  constructor(private readonly databaseTurns: FairTurns) {}

  /** The number of complex operations and changes that wait. */
  get waiting(): number {
    return this.#complex.waiting + this.#changes.waiting;
  }

  /** Executes an operation in its turn. @throws DomainError UNAVAILABLE if too many wait; as `execute`. */
  run<T>({ payer, complexity, kind }: Execution, execute: () => T | Promise<T>): T | Promise<T> {
    const waiter = waiterOf(payer);
    if (complexity > SMALL_COMPLEXITY) return this.#complex.run(waiter, complexity, execute);
    if (kind === 'immediate') return execute();
    return (kind === 'read' ? this.databaseTurns : this.#changes).run(waiter, 1, execute);
  }
}
