/** Tells its listeners once per animation frame, however often something changes. */
export class FrameScheduler {
  readonly #listeners = new Set<() => void>();
  #scheduled: number | null = null;

  /** @param before is called first in each frame, before the listeners. */
  constructor(private readonly before: () => void) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A hidden page has no frames: it is told once it is seen again. */
  request(): void {
    this.#scheduled ??= requestAnimationFrame(() => {
      this.#scheduled = null;
      this.before();
      for (const listener of this.#listeners) listener();
    });
  }

  stop(): void {
    this.#listeners.clear();
    if (this.#scheduled !== null) cancelAnimationFrame(this.#scheduled);
  }
}
