/** Counts what happens in each of the last seconds; memory does not grow with time. */
export class PerSecondCounter {
  /** Null for a second that was not watched. */
  readonly #counts: (number | null)[];
  /** The second that was counted last, since the epoch. */
  #latest: number;
  /** Since when it has watched without a gap, in milliseconds; null while it does not. */
  #watching: number | null = null;

  /** Watches from the start. @param seconds how far back it goes. @param now milliseconds since the epoch. */
  constructor(
    readonly seconds: number,
    now: number,
  ) {
    this.#counts = Array.from({ length: seconds }, () => null);
    this.#latest = Math.floor(now / 1000);
    this.#watching = now;
  }

  /** What happens is seen from now on, or no longer: a second without a look is unknown, and not one of nothing. */
  setObserving(on: boolean, now: number): void {
    if (on === (this.#watching !== null)) return;
    this.#moveTo(now);
    this.#watching = on ? now : null;
    // Of the second in which it ended only a part was seen.
    if (!on) this.#counts[this.#latest % this.seconds] ||= null;
  }

  add(count: number, now: number): void {
    this.#moveTo(now);
    const at = this.#latest % this.seconds;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  sum(now: number): number {
    this.#moveTo(now);
    return this.#counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  /** `all` of the last seconds were watched, or only those since a time in milliseconds, or not even now: null. */
  observedSince(now: number): 'all' | number | null {
    if (this.#watching === null) return null;
    return now - this.#watching < this.seconds * 1000 ? this.#watching : 'all';
  }

  /** The seconds that are over, oldest first, for the present one has only begun; null for those not watched. */
  series(now: number): { readonly seconds: number[]; readonly counts: (number | null)[] } {
    this.#moveTo(now);
    const seconds = Array.from({ length: this.seconds - 1 }, (_, at) => this.#latest - this.seconds + 1 + at);
    return { seconds, counts: seconds.map((second) => this.#counts[second % this.seconds] ?? null) };
  }

  #moveTo(now: number): void {
    const second = Math.floor(now / 1000);
    const first = Math.max(this.#latest + 1, second - this.seconds + 1);
    const nothing = this.#watching === null ? null : 0;
    for (let each = first; each <= second; each++) this.#counts[each % this.seconds] = nothing;
    this.#latest = Math.max(this.#latest, second);
  }
}
