/**
 * A source that is asked, not pushed at: it keeps a place in something that is kept anyway, so that a reader who
 * stalls holds up nothing and piles up nothing.
 */
export abstract class Feed<T> implements AsyncIterableIterator<T> {
  #ready: T[] = [];
  #wake: (() => void) | null = null;
  #ended = false;
  #woken = false;

  /** What there is to hand out now; empty when there is nothing new. Never called twice at once. */
  protected abstract read(): Promise<T[]>;

  /** Ends whatever the feed holds on to. */
  protected abstract close(): void;

  /** There may be something new. */
  protected wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (!this.#ended) {
      const value = this.#ready.shift();
      if (value !== undefined) return { value, done: false };
      this.#woken = false;
      this.#ready = await this.read();
      if (this.#ready.length === 0 && !this.#woken && !this.#ended) await this.#sleep();
    }
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#ended = true;
    this.close();
    this.#wake?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}
