/** Counts events in each of the last seconds, in constant memory. Seconds that were not observed are unknown. */
export class PerSecondCounter {
  /** A ring indexed by second; null for a second that was not observed. */
  readonly #counts: (number | null)[];
  /** The second counted last, since the epoch. */
  #latest: number;
  /** The start of the observation without a gap, in milliseconds; null while not observing. */
  #observingSince: number | null = null;

  /** Starts observing. @param seconds to keep. @param now milliseconds since the epoch, like every `now` here. */
  constructor(
    readonly seconds: number,
    now: number,
  ) {
    this.#counts = Array.from({ length: seconds }, () => null);
    this.#latest = Math.floor(now / 1000);
    this.#observingSince = now;
  }

  /** Starts or stops observing, for example as the connection comes and goes. */
  setObserving(observing: boolean, now: number): void {
    if (observing === (this.#observingSince !== null)) return;
    this.#advance(now);
    this.#observingSince = observing ? now : null;
    // The current second was observed only in part: without an event, it is unknown.
    if (!observing) this.#counts[this.#latest % this.seconds] ||= null;
  }

  add(count: number, now: number): void {
    this.#advance(now);
    const index = this.#latest % this.seconds;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
  }

  sum(now: number): number {
    this.#advance(now);
    return this.#counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  /** `all` if every kept second was observed, else the start of the observation; null while not observing. */
  observedSince(now: number): 'all' | number | null {
    if (this.#observingSince === null) return null;
    return now - this.#observingSince < this.seconds * 1000 ? this.#observingSince : 'all';
  }

  /** The complete seconds, oldest first, with their counts; null for those not observed. */
  series(now: number): { readonly seconds: number[]; readonly counts: (number | null)[] } {
    this.#advance(now);
    const oldest = this.#latest - this.seconds + 1;
    const seconds = Array.from({ length: this.seconds - 1 }, (_, index) => oldest + index);
    return { seconds, counts: seconds.map((second) => this.#counts[second % this.seconds] ?? null) };
  }

  /** Clears the ring for the seconds since the latest. */
  #advance(now: number): void {
    const second = Math.floor(now / 1000);
    const first = Math.max(this.#latest + 1, second - this.seconds + 1);
    const empty = this.#observingSince === null ? null : 0;
    for (let each = first; each <= second; each++) this.#counts[each % this.seconds] = empty;
    this.#latest = Math.max(this.#latest, second);
  }
}
