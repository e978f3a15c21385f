/** Counts what happens in each of the last seconds; memory does not grow with time. */
export class PerSecond {
  readonly #counts: Float64Array;
  /** The second that was counted first, and last, since the epoch. */
  readonly #first: number;
  #latest: number;

  /** @param seconds how far back it goes. @param now milliseconds since the epoch. */
  constructor(
    readonly seconds: number,
    now: number,
  ) {
    this.#counts = new Float64Array(seconds);
    this.#first = Math.floor(now / 1000);
    this.#latest = this.#first;
  }

  add(count: number, now: number): void {
    this.#moveTo(now);
    const at = this.#latest % this.seconds;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  sum(now: number): number {
    this.#moveTo(now);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The seconds that are over, oldest first, for the present one has only begun; null for those before it counted. */
  series(now: number): { readonly seconds: number[]; readonly counts: (number | null)[] } {
    this.#moveTo(now);
    const seconds = Array.from({ length: this.seconds - 1 }, (_, at) => this.#latest - this.seconds + 1 + at);
    const count = (second: number) =>
      second < this.#first ? null : (this.#counts[second % this.seconds] ?? 0);
    return { seconds, counts: seconds.map(count) };
  }

  #moveTo(now: number): void {
    const second = Math.floor(now / 1000);
    const first = Math.max(this.#latest + 1, second - this.seconds + 1);
    for (let each = first; each <= second; each++) this.#counts[each % this.seconds] = 0;
    this.#latest = Math.max(this.#latest, second);
  }
}
