/** The most that any key of a limit has used lately: no key that still counts has used more. */
export class PeakUse {
  #period = 0;
  #current = 0;
  #previous = 0;

  /** @param durationMs how long a use counts. */
  constructor(private readonly durationMs: number) {}

  get value(): number {
    this.#advance();
    return Math.max(this.#current, this.#previous);
  }

  /** @param used by a key, with this use. */
  note(used: number): void {
    this.#advance();
    this.#current = Math.max(this.#current, used);
  }

  #advance(): void {
    const period = Math.floor(performance.now() / this.durationMs);
    if (period === this.#period) return;
    this.#previous = period === this.#period + 1 ? this.#current : 0;
    this.#current = 0;
    this.#period = period;
  }
}
