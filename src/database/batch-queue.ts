import { DomainError } from '../errors.js';
import { isRolledBack, unavailableDatabase } from './unavailable.js';

/** Items in one statement. */
const BATCH_SIZE = 500;
/** Batches under way at a time by default: they leave connections for other statements. */
const CONCURRENCY = 2;
/** Items that wait at most: the database handles as many within a second. */
const CAPACITY = 5000;

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Handles items in batches, so that a statement serves many requests: those that arrive in one turn of the event loop,
 * and those that arrive while earlier batches are under way. A lone item is handled in the turn in which it arrives.
 */
export class BatchQueue<Item, Result extends object | null> {
  #waiting: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #isScheduled = false;

  /**
   * @param handle returns the result of each item, in order, or changes nothing and fails. A batch that failed because
   * of an item is divided, so that only the item fails.
   * @param concurrency batches under way at a time.
   */
  constructor(
    private readonly handle: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly concurrency = CONCURRENCY,
  ) {}

  /** The number of items that wait for a batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws DomainError UNAVAILABLE at once if too many items wait; as `handle`. */
  async run(item: Item): Promise<Result> {
    if (this.#waiting.length >= CAPACITY) throw overloaded;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#underWay === this.concurrency || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#handleNext();
    });
  }

  async #handleNext(): Promise<void> {
    const batch = this.#waiting.splice(0, BATCH_SIZE);
    this.#underWay += 1;
    this.#schedule();
    await this.#settle(batch);
    this.#underWay -= 1;
    this.#schedule();
  }

  async #settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.handle(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('A batch returned fewer results than it has items.'));
        else resolve(result);
      }
    } catch (error) {
      const isOfItem = isRolledBack(error) || !(unavailableDatabase(error) instanceof DomainError);
      if (isOfItem && batch.length > 1) {
        const half = batch.length >> 1;
        await this.#settle(batch.slice(0, half));
        await this.#settle(batch.slice(half));
      } else for (const { reject } of batch) reject(error);
    }
  }
}

/** One for all: under such a load, the stack of each would cost more than the refusal. */
const overloaded = new DomainError(
  'UNAVAILABLE',
  'Too many requests wait for the database; try again later.',
  {
    retryAfter: 5,
  },
);
