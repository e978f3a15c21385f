import { setTimeout } from 'node:timers/promises';

/** Runs a task one at a time. Calls that come while it runs share the next run. */
export class SharedRuns {
  #latest: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #startedAt = Number.NEGATIVE_INFINITY;

  /** @param gapMs the least time between the starts of two runs. */
  constructor(
    private readonly task: () => Promise<void>,
    private readonly gapMs = 0,
  ) {}

  /** @returns the result of a run that starts after the call. */
  run(): Promise<void> {
    this.#next ??= this.#latest
      .catch(() => {})
      .then(() => this.#pause())
      .then(() => {
        this.#latest = this.#next ?? this.#latest;
        this.#next = null;
        this.#startedAt = performance.now();
        return this.task();
      });
    return this.#next;
  }

  async #pause(): Promise<void> {
    const left = this.#startedAt + this.gapMs - performance.now();
    if (left > 0) await setTimeout(left);
  }
}
