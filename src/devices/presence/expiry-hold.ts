/** Bounds of a hold, in intervals of running time. Within the shortest hold, every connected device has beaten. */
export const LONGEST_HOLD = 2;
const SHORTEST_HOLD = 1;

/** What a tick has found among the devices of a hold. */
export interface Finding {
  /** Devices to expire, for any reason. */
  readonly overdue: number;
  /** Whether so many of them are silent that they may be held, see `ExpiryHolds`. */
  readonly isMass: boolean;
  /** How long the process, and with it the heartbeats, stood still before this tick. */
  readonly stalledMs: number;
}

/**
 * Whether to believe in the expiries of some devices. A hold ends early only when none of them is overdue any more,
 * because the last one to return was connected, too. Once a hold has run out, the expiries are applied.
 */
export class ExpiryHold {
  #until: number | null = null;
  #hasRunOut = false;

  constructor(private readonly intervalMs: number) {}

  get isOn(): boolean {
    return this.#until !== null;
  }

  /** Whether a hold has run out: expiries are applied until a tick without a mass of them. */
  get hasRunOut(): boolean {
    return this.#hasRunOut;
  }

  decide({ overdue, isMass, stalledMs }: Finding, now: number): void {
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
    } else if (overdue === 0 && left <= (LONGEST_HOLD - SHORTEST_HOLD) * this.intervalMs) {
      this.#until = null;
    }
  }

  /** The clock was set back. */
  rewind(ms: number): void {
    if (this.#until !== null) this.#until -= ms;
  }
}
