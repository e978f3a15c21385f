/**
 * How many changes were missed while the link was lost. They are told once it is back, before the new ones; by the
 * times in them the two are told apart, in the gateway's time, which every event tells.
 */
export class MissedChanges {
  /** How far this browser's clock is ahead of the gateway's, at most: what was told had been on its way. */
  #aheadMs = Number.POSITIVE_INFINITY;
  #lost = false;
  /** When the link came back, by the gateway's clock; null once a change came that is newer. */
  #backAt: number | null = null;
  #caughtUp: number | 'reread' | null = null;

  /** The changes so far, or that there were too many to be kept; null where nobody has to be told. */
  get count(): number | 'reread' | null {
    return this.#caughtUp;
  }

  /** @param at the gateway's time now, or before now, ISO text. */
  observeGatewayTime(at: string): void {
    this.#aheadMs = Math.min(this.#aheadMs, Date.now() - Date.parse(at));
  }

  /** What was made up for and not read yet stays: the next loss adds to it. */
  disconnected(): void {
    this.#lost = true;
  }

  /** The link is open. @returns whether it was lost before. */
  reconnected(): boolean {
    const wasLost = this.#lost;
    if (wasLost) {
      this.#lost = false;
      this.#backAt = Date.now() - this.#aheadMs;
      this.#caughtUp ??= 0;
    }
    return wasLost;
  }

  /** A device changed. @param at by the gateway's clock, ISO text. */
  deviceChanged(at: string): void {
    if (this.#backAt === null || typeof this.#caughtUp !== 'number') return;
    if (Date.parse(at) < this.#backAt) this.#caughtUp += 1;
    else this.#backAt = null;
  }

  reloaded(): void {
    this.#backAt = null;
    this.#caughtUp = 'reread';
  }

  dismiss(): void {
    this.#backAt = null;
    this.#caughtUp = null;
  }
}
