/** Notifies its listeners at most once per animation frame, however many changes there are. */
export class FrameScheduler {
  readonly #listeners = new Set<() => void>();
  #scheduled: number | null = null;

  /** @param onFrame runs in each scheduled frame before the listeners. */
  constructor(private readonly onFrame: () => void) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A hidden page has no frames, so its listeners are notified when it is visible again. */
  schedule(): void {
    this.#scheduled ??= requestAnimationFrame(() => {
      this.#scheduled = null;
      this.onFrame();
      for (const listener of this.#listeners) listener();
    });
  }

  stop(): void {
    this.#listeners.clear();
    if (this.#scheduled !== null) cancelAnimationFrame(this.#scheduled);
  }
}
