/** Events in order, and the place after each. */
export interface Batch<E> {
  readonly events: readonly { readonly event: E; readonly place: number }[];
  /** The place after all of them, whether or not they were of interest. */
  readonly place: number;
}

/**
 * A stream that is asked, not pushed at: whoever reads it keeps a place in something that is kept anyway, so that
 * a reader who stalls holds up nothing and piles up nothing.
 */
export interface LiveSource<E> {
  /** Readers with the same scope are told the same. */
  readonly scope: string;
  /** What a new reader is told first, and its place from then on. */
  open(): Promise<Batch<E>>;
  /** What came after a place. A reader whose place is lost is told so, and where it stands now. */
  after(place: number): Promise<Batch<E>>;
  /** Calls back whenever there may be something after the latest place. @returns ends it. */
  onNews(listener: () => void): () => void;
}

/** Reads a source event by event. */
export class LiveFeed<E> implements AsyncIterableIterator<E> {
  #ready: E[] = [];
  #place: number | null = null;
  #news = false;
  #ended = false;
  #wake: () => void = () => {};
  #unsubscribe: () => void = () => {};

  constructor(readonly source: LiveSource<E>) {}

  async next(): Promise<IteratorResult<E>> {
    while (!this.#ended) {
      const value = this.#ready.shift();
      if (value !== undefined) return { value, done: false };
      if (this.#place !== null && !this.#news)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      if (!this.#ended) await this.#read();
    }
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<E>> {
    this.#ended = true;
    this.#unsubscribe();
    this.#wake();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #read(): Promise<void> {
    if (this.#place === null) {
      this.#unsubscribe = this.source.onNews(() => {
        this.#news = true;
        this.#wake();
      });
    }
    this.#news = false;
    const place = this.#place;
    const batch = place === null ? await this.source.open() : await this.source.after(place);
    // A source hands out a batch at a time: after one there may be another.
    if (batch.place !== place) this.#news = true;
    this.#place = batch.place;
    this.#ready = batch.events.map(({ event }) => event);
    if (this.#ended) this.#unsubscribe();
  }
}
