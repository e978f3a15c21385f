import { ExpiryHold } from './expiry-hold.js';

/** Expiries of more than this share of the online devices, and of at least this many, may be a fault of the gateway. */
const MASS_SHARE = 0.05;
const MASS_MINIMUM = 50;
/** Owners who can be held alone. A fault of the gateway reaches more owners than that, or all devices of a few. */
const MAX_HELD_OWNERS = 10;

/** A device that should expire. */
export interface Overdue {
  readonly owner: number;
  /** Whether it was silent for too long, or its session is over. */
  readonly reason: 'TIMEOUT' | 'AUTH_EXPIRED';
}

/**
 * Decides whether to believe in many expiries at once. They are held at first, so that a fault of the gateway or its
 * network does not show the fleet offline. Where they are of a few owners, only the devices of those are held: an owner
 * of many devices that never return must not delay the expiries of others.
 */
export class ExpiryHolds {
  readonly #fleet: ExpiryHold;
  readonly #byOwner = new Map<number, ExpiryHold>();

  constructor(private readonly intervalMs: number) {
    this.#fleet = new ExpiryHold(intervalMs);
  }

  /** Whether any expiries are held. */
  get isOn(): boolean {
    return this.#fleet.isOn || [...this.#byOwner.values()].some(({ isOn }) => isOn);
  }

  isHeld(owner: number): boolean {
    return this.#fleet.isOn || this.#byOwner.get(owner)?.isOn === true;
  }

  /**
   * @param online the online devices, including those to expire.
   * @param stalledMs how long the process, and with it the heartbeats, stood still before this tick.
   */
  decide(overdue: readonly Overdue[], online: number, stalledMs: number, now: number): void {
    const mass = findMass(countByOwner(overdue.filter(({ reason }) => reason === 'TIMEOUT')), online);
    const counts = countByOwner(overdue);
    // An owner who is held with the fleet, or was until now, is not held again alone.
    const starts = this.#fleet.isOn || this.#fleet.hasRunOut ? [] : mass.owners;
    for (const owner of starts) {
      if (!this.#byOwner.has(owner)) this.#byOwner.set(owner, new ExpiryHold(this.intervalMs));
    }
    let others = overdue.length;
    for (const [owner, hold] of this.#byOwner) {
      const own = counts.get(owner) ?? 0;
      const stalled = hold.isOn ? stalledMs : 0;
      hold.decide({ overdue: own, isMass: mass.owners.includes(owner), stalledMs: stalled }, now);
      if (hold.isOn) others -= own;
      else if (!hold.hasRunOut) this.#byOwner.delete(owner);
    }
    this.#fleet.decide({ overdue: others, isMass: mass.isOfFleet, stalledMs }, now);
  }

  /** The clock was set back. */
  rewind(ms: number): void {
    for (const hold of [this.#fleet, ...this.#byOwner.values()]) hold.rewind(ms);
  }
}

function countByOwner(overdue: readonly Overdue[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { owner } of overdue) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return counts;
}

/**
 * The fewest owners without whose silent devices the others would be no mass; none if there is no mass at all, or if it
 * is one of the fleet because they would be too many.
 */
function findMass(
  silentByOwner: ReadonlyMap<number, number>,
  online: number,
): { owners: number[]; isOfFleet: boolean } {
  const largestFirst = [...silentByOwner].sort(([, a], [, b]) => b - a);
  let silent = largestFirst.reduce((sum, [, count]) => sum + count, 0);
  let others = online;
  const owners: number[] = [];
  for (const [owner, count] of largestFirst) {
    if (silent < MASS_MINIMUM || silent <= others * MASS_SHARE) break;
    if (owners.length === MAX_HELD_OWNERS) return { owners: [], isOfFleet: true };
    owners.push(owner);
    silent -= count;
    others -= count;
  }
  return { owners, isOfFleet: false };
}
