/** Expiries of more than this share of the online devices, and of at least this many, may be a fault of the gateway. */
const MASS_SHARE = 0.05;
const MASS_MINIMUM = 50;
/** Bounds of a hold, in intervals of running time. Within the shortest hold, every connected device has beaten. */
export const LONGEST_HOLD = 2;
const SHORTEST_HOLD = 1;

/** What a tick has found. */
export interface Overdue {
  /** Devices to expire, for any reason. */
  readonly all: number;
  /** Those among them that were silent for too long. */
  readonly silent: number;
  /** Online devices, including those to expire. */
  readonly online: number;
}

/**
 * Decides whether to believe in many expiries at once. They are held at first, so that a fault of the gateway or its
 * network does not show the fleet offline. A hold ends early only when no device is overdue any more, because the last
 * one to return was connected, too. Once a hold has run out, the expiries are applied.
 */
export class ExpiryHold {
  #until: number | null = null;
  /** Whether a hold has run out: expiries are applied until a tick without a mass of them. */
  #hasRunOut = false;

  constructor(private readonly intervalMs: number) {}

  get isOn(): boolean {
    return this.#until !== null;
  }

  /** @param stalledMs how long the process, and with it the heartbeats, stood still before this tick. */
  decide({ all, silent, online }: Overdue, stalledMs: number, now: number): void {
    const isMass = silent >= MASS_MINIMUM && silent > online * MASS_SHARE;
    if (this.#until === null) {
      if (stalledMs > 0 || (isMass && !this.#hasRunOut)) this.#until = now + LONGEST_HOLD * this.intervalMs;
      if (!isMass) this.#hasRunOut = false;
      return;
    }
    this.#until += stalledMs;
    const left = this.#until - now;
    if (left <= 0) {
      this.#until = null;
      this.#hasRunOut = true;
    } else if (all === 0 && left <= (LONGEST_HOLD - SHORTEST_HOLD) * this.intervalMs) {
      this.#until = null;
    }
  }

  /** The clock was set back. */
  rewind(ms: number): void {
    if (this.#until !== null) this.#until -= ms;
  }
}
