/** A short window shows soon when a connection becomes slow. */
const WINDOW_MS = 5000;

/** Measures the rate of a transfer over its last seconds. */
export class TransferRate {
  readonly #samples: { at: number; bytes: number }[] = [];

  /** @param at milliseconds of a monotonic clock. @param bytes transferred so far. */
  add(at: number, bytes: number): void {
    this.#samples.push({ at, bytes });
    while ((this.#samples[1]?.at ?? at) < at - WINDOW_MS) this.#samples.shift();
  }

  /** Null until there are enough samples. */
  get bytesPerSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 200) return null;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}
