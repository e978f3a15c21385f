/** More than this part of the online devices, and at least this many, overdue in one tick: the fault may be ours. */
const MASS_PART = 0.05;
const MASS_LEAST = 50;
/** Intervals for which expiries are held at most. */
export const LONGEST_HOLD = 2;

/**
 * Whether to believe that many devices are gone at once: first their expiry is held, so that a fault of ours or of
 * the network before us does not paint the fleet offline; a hold that ran out believes it.
 */
export class ExpiryHold {
  #until: number | null = null;
  /** A hold ran out: what is overdue is applied until a tick is calm again. */
  #released = false;

  constructor(private readonly intervalMs: number) {}

  get isOn(): boolean {
    return this.#until !== null;
  }

  /**
   * @param overdue devices that fell silent, of so many online.
   * @param stalled whether the process stood still, and beats with it.
   */
  decide(overdue: number, online: number, stalled: boolean, now: number): void {
    const mass = overdue >= MASS_LEAST && overdue > online * MASS_PART;
    if (this.#until === null) {
      if (stalled || (mass && !this.#released)) this.#until = now + LONGEST_HOLD * this.intervalMs;
      if (!mass) this.#released = false;
    } else if (now >= this.#until) {
      this.#until = null;
      this.#released = true;
    } else if (!mass && !stalled) {
      this.#until = null;
    }
  }

  /** The clock was set back by so much. */
  rewind(ms: number): void {
    if (this.#until !== null) this.#until -= ms;
  }
}
