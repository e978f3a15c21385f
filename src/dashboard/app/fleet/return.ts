/**
 * How many changes were missed while the link was lost. They are told once it is back, before the new ones; by the
 * times in them the two are told apart, in the gateway's time, which a snapshot tells.
 */
export class Return {
  #aheadMs = 0;
  #lost = false;
  /** When the link came back, by the gateway's clock; null once a change came that is newer. */
  #backAt: number | null = null;
  #caughtUp: number | 'reread' | null = null;

  /** The changes so far, or that there were too many to be kept; null where nobody has to be told. */
  get caughtUp(): number | 'reread' | null {
    return this.#caughtUp;
  }

  /** @param at the gateway's time now, ISO text. */
  tellTime(at: string): void {
    this.#aheadMs = Date.now() - Date.parse(at);
  }

  lost(): void {
    this.#lost = true;
    this.#caughtUp = null;
  }

  /** The link is open. @returns whether it was lost before. */
  back(): boolean {
    const wasLost = this.#lost;
    if (wasLost) {
      this.#lost = false;
      this.#backAt = Date.now() - this.#aheadMs;
      this.#caughtUp = 0;
    }
    return wasLost;
  }

  /** A device changed. @param at by the gateway's clock, ISO text. */
  changed(at: string): void {
    if (this.#backAt === null || typeof this.#caughtUp !== 'number') return;
    if (Date.parse(at) < this.#backAt) this.#caughtUp += 1;
    else this.#backAt = null;
  }

  tooLate(): void {
    this.#backAt = null;
    this.#caughtUp = 'reread';
  }

  dismiss(): void {
    this.#backAt = null;
    this.#caughtUp = null;
  }
}
