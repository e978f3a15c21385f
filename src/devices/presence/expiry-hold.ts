/** More than this part of the online devices, and at least this many, silent in one tick: the fault may be ours. */
const MASS_PART = 0.05;
const MASS_LEAST = 50;
/** Intervals for which expiries are held at most, in time that the process runs. */
export const LONGEST_HOLD = 2;
/** Intervals for which they are held at least: by then everybody who is there has beaten. */
const SHORTEST_HOLD = 1;

/** What a tick found. */
export interface Overdue {
  /** Devices whose time is over, for whatever reason. */
  readonly all: number;
  /** Those that fell silent. */
  readonly silent: number;
  /** Devices that are online, the overdue ones too. */
  readonly online: number;
}

/**
 * Whether to believe that many devices are gone at once: first their expiry is held, so that a fault of ours or of
 * the network before us does not paint the fleet offline; a hold that ran out believes it. It ends before only once
 * all are back: who comes back last was there as well.
 */
export class ExpiryHold {
  #until: number | null = null;
  /** A hold ran out: what is overdue is applied until a tick is calm again. */
  #released = false;

  constructor(private readonly intervalMs: number) {}

  get isOn(): boolean {
    return this.#until !== null;
  }

  /** @param stoodStillMs for how long the process has stood still before this tick, and beats with it. */
  decide({ all, silent, online }: Overdue, stoodStillMs: number, now: number): void {
    const mass = silent >= MASS_LEAST && silent > online * MASS_PART;
    if (this.#until === null) {
      if (stoodStillMs > 0 || (mass && !this.#released)) this.#until = now + LONGEST_HOLD * this.intervalMs;
      if (!mass) this.#released = false;
      return;
    }
    this.#until += stoodStillMs;
    const left = this.#until - now;
    if (left <= 0) {
      this.#until = null;
      this.#released = true;
    } else if (all === 0 && left <= (LONGEST_HOLD - SHORTEST_HOLD) * this.intervalMs) {
      this.#until = null;
    }
  }

  /** The clock was set back by so much. */
  rewind(ms: number): void {
    if (this.#until !== null) this.#until -= ms;
  }
}
