/** Shares reads that are under way: what a change lets many subscribers read is read once. */
export class SharedReads<T> {
  readonly #pending = new Map<string, Promise<T>>();

  /** @param key equal for equal reads. */
  read(key: string, load: () => Promise<T>): Promise<T> {
    const pending = this.#pending.get(key);
    if (pending) return pending;
    const reading = load().finally(() => {
      if (this.#pending.get(key) === reading) this.#pending.delete(key);
    });
    this.#pending.set(key, reading);
    return reading;
  }

  /** Must be called at every change, before subscribers learn of it: a read under way may have missed it. */
  clear(key?: string): void {
    if (key === undefined) this.#pending.clear();
    else this.#pending.delete(key);
  }
}
