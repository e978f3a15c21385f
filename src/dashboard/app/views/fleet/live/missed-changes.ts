/**
 * Counts the changes missed during a disconnect. After a reconnect, the gateway replays them before new changes. The
 * time of an event tells both apart, by the gateway's clock, whose offset is estimated from all events.
 */
export class MissedChanges {
  /** This browser's clock minus the gateway's, plus the shortest network delay so far. */
  #offsetMs = Number.POSITIVE_INFINITY;
  #isDisconnected = false;
  /** The time of the reconnect by the gateway's clock; null once a newer change arrived. */
  #reconnectedAt: number | null = null;
  #count: number | 'reloaded' | null = null;

  /** The missed changes; `reloaded` if they could not be replayed; null if there is nothing to report. */
  get count(): number | 'reloaded' | null {
    return this.#count;
  }

  /** @param at the time of an event that just arrived, by the gateway's clock, ISO text. */
  observeGatewayTime(at: string): void {
    this.#offsetMs = Math.min(this.#offsetMs, Date.now() - Date.parse(at));
  }

  /** Keeps a count that was not dismissed: the next reconnect adds to it. */
  disconnected(): void {
    this.#isDisconnected = true;
  }

  /** The connection is open. @returns whether it was down before. */
  reconnected(): boolean {
    const wasDisconnected = this.#isDisconnected;
    if (wasDisconnected) {
      this.#isDisconnected = false;
      this.#reconnectedAt = Date.now() - this.#offsetMs;
      this.#count ??= 0;
    }
    return wasDisconnected;
  }

  /** A device changed. @param at by the gateway's clock, ISO text. */
  deviceChanged(at: string): void {
    if (this.#reconnectedAt === null || typeof this.#count !== 'number') return;
    if (Date.parse(at) < this.#reconnectedAt) this.#count += 1;
    else this.#reconnectedAt = null;
  }

  /** The gateway could not replay the changes, so everything is loaded again. */
  reloaded(): void {
    this.#reconnectedAt = null;
    this.#count = 'reloaded';
  }

  dismiss(): void {
    this.#reconnectedAt = null;
    this.#count = null;
  }
}
