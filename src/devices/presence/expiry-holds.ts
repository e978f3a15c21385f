import { ExpiryHold } from './expiry-hold.js';

/** Expiries of more than this share of the online devices, and of at least this many, may be a fault of the gateway. */
const MASS_SHARE = 0.05;
const MASS_MINIMUM = 50;
/** A fault of the gateway silences most devices of other owners, too, and at least this many. */
const FAULT_SHARE = 0.5;
const FAULT_MINIMUM = 10;
/** Devices of one owner that count for that: an owner of many must not decide for all. */
const MAX_COUNTED = 10;

/** Online devices that are enough for that. */
export const SAMPLE_SIZE = 20_000;

/** A device that should expire. */
export interface Overdue {
  readonly owner: number;
  /** Whether it was silent for too long, or its session is over. */
  readonly reason: 'TIMEOUT' | 'AUTH_EXPIRED';
}

/** An online device. */
export interface Sample {
  readonly owner: number;
  /** Whether it has missed a heartbeat. */
  readonly isLate: boolean;
}

/** What a tick has found. */
export interface TickFinding {
  readonly overdue: readonly Overdue[];
  /** The number of online devices, including those to expire. */
  readonly online: number;
  /** How long the process, and with it the heartbeats, stood still before this tick. */
  readonly stalledMs: number;
  /** Online devices, all of them or evenly chosen. */
  sample(): Iterable<Sample>;
}

/**
 * Decides whether to believe in many expiries at once. They are held at first, so that a fault of the gateway or its
 * network does not show the fleet offline. While the devices of other owners beat, only those of the owners with many
 * expiries are held: devices that never return must not delay the expiries of others.
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

  decide({ overdue, online, stalledMs, sample }: TickFinding, now: number): void {
    const suspects = massOwners(countByOwner(overdue.filter(({ reason }) => reason === 'TIMEOUT')), online);
    const isOfFleet = suspects.size > 0 && areOthersLate(sample(), suspects);
    const counts = countByOwner(overdue);
    // An owner who is held with the fleet, or was until now, is not held again alone.
    if (!isOfFleet && !this.#fleet.isOn && !this.#fleet.hasRunOut) {
      for (const owner of suspects) {
        if (!this.#byOwner.has(owner)) this.#byOwner.set(owner, new ExpiryHold(this.intervalMs));
      }
    }
    let others = overdue.length;
    for (const [owner, hold] of this.#byOwner) {
      const own = counts.get(owner) ?? 0;
      const stalled = hold.isOn ? stalledMs : 0;
      hold.decide({ overdue: own, isMass: suspects.has(owner), stalledMs: stalled }, now);
      if (hold.isOn) others -= own;
      else if (!hold.hasRunOut) this.#byOwner.delete(owner);
    }
    this.#fleet.decide({ overdue: others, isMass: isOfFleet, stalledMs }, now);
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

/** The fewest owners without whose silent devices the others would be no mass; none if there is no mass at all. */
function massOwners(silentByOwner: ReadonlyMap<number, number>, online: number): Set<number> {
  const largestFirst = [...silentByOwner].sort(([, a], [, b]) => b - a);
  let silent = largestFirst.reduce((sum, [, count]) => sum + count, 0);
  let others = online;
  const owners = new Set<number>();
  for (const [owner, count] of largestFirst) {
    if (silent < MASS_MINIMUM || silent <= others * MASS_SHARE) break;
    owners.add(owner);
    silent -= count;
    others -= count;
  }
  return owners;
}

function areOthersLate(sample: Iterable<Sample>, suspects: ReadonlySet<number>): boolean {
  const counted = new Map<number, number>();
  let [late, all] = [0, 0];
  for (const { owner, isLate } of sample) {
    const count = counted.get(owner) ?? 0;
    if (suspects.has(owner) || count === MAX_COUNTED) continue;
    counted.set(owner, count + 1);
    all += 1;
    if (isLate) late += 1;
  }
  return late >= FAULT_MINIMUM && late > all * FAULT_SHARE;
}
