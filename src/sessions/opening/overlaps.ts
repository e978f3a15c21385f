/** What ran for one user, and how much else ran for the same user in the meantime. */
interface Overlapped<T> {
  readonly result: T;
  readonly overlapping: number;
}

/** Counts by user what runs at the same time. */
export class Overlaps {
  readonly #byUser = new Map<number, { running: number; started: number }>();

  async run<T>(userId: number, work: () => Promise<T>): Promise<Overlapped<T>> {
    const runs = this.#byUser.get(userId) ?? { running: 0, started: 0 };
    this.#byUser.set(userId, runs);
    const before = runs.running - runs.started;
    runs.running += 1;
    runs.started += 1;
    try {
      const result = await work();
      return { result, overlapping: before + runs.started - 1 };
    } finally {
      runs.running -= 1;
      if (runs.running === 0) this.#byUser.delete(userId);
    }
  }
}
