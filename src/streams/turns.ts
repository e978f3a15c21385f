import { setImmediate } from 'node:timers/promises';

/** Runs tasks one at a time, in order. Between two tasks, the event loop serves others. */
export class Turns {
  #latest: Promise<unknown> = Promise.resolve();

  /** @returns the result of the task, once its turn has come. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#latest.then(() => setImmediate()).then(task);
    this.#latest = result.catch(() => undefined);
    return result;
  }
}
