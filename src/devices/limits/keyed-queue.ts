/** Runs work with the same key one at a time, in order. */
export class KeyedQueue<K> {
  /** The latest work of each key; it never fails. */
  readonly #latest = new Map<K, Promise<unknown>>();

  /** @throws as `work` */
  async run<T>(key: K, work: () => Promise<T>): Promise<T> {
    const previous = this.#latest.get(key) ?? Promise.resolve();
    const result = previous.then(work);
    const settled = result.catch(() => undefined);
    this.#latest.set(key, settled);
    try {
      return await result;
    } finally {
      if (this.#latest.get(key) === settled) this.#latest.delete(key);
    }
  }
}
