/** The rate is that of the latest moments: a line that has become slow shows soon. */
const WINDOW_MS = 5000;

/** How fast something goes on. */
export class TransferRate {
  readonly #marks: { at: number; bytes: number }[] = [];

  /** @param at milliseconds on any clock that only goes forward. @param bytes transferred so far. */
  add(at: number, bytes: number): void {
    this.#marks.push({ at, bytes });
    while ((this.#marks[1]?.at ?? at) < at - WINDOW_MS) this.#marks.shift();
  }

  /** Null until there is something to tell it from. */
  get bytesPerSecond(): number | null {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.at - first.at < 200) return null;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}
