import { ExpiryHold, LONGEST_HOLD } from './expiry-hold.js';
import { growArray } from './grow-array.js';
import { Terms } from './terms.js';
import { TimingWheel } from './timing-wheel.js';

/**
 * Which devices are online, for a million of them: pure, without timers, and without an allocation per beat.
 *
 * A device is an index into typed arrays. A beat only moves its deadline; the timing wheel holds each
 * online device once and is lazy: when a bucket fires, a device whose deadline has moved on goes to the bucket of
 * that deadline, and only one that is really overdue expires. All times are milliseconds of one clock.
 */
export interface PresenceSettings {
  /** How often a device is expected to beat. */
  readonly intervalMs: number;
}

/** Devices that a tick found offline, and why. */
export interface Expiry {
  readonly device: number;
  readonly reason: 'TIMEOUT' | 'AUTH_EXPIRED';
}

/** Missed intervals until a device is offline. */
const PATIENCE = 2.5;
/** Deadlines are spread over this part of an interval, so that a fleet that lost its link does not expire at once. */
const JITTER = 0.1;
/** Ticks in one interval. */
const TICKS = 10;
/** A tick that comes this many ticks late means that the process stood still, and beats with it. */
const STALL_TICKS = 2;

/** 2^32 divided by the golden ratio: spreads consecutive indexes evenly. */
const SPREAD = 2_654_435_769;
const FIRST_CAPACITY = 1024;

export class Presence {
  /** Milliseconds between two calls of `tick`. */
  readonly tickMs: number;
  readonly #intervalMs: number;
  readonly #wheel: TimingWheel;
  readonly #hold: ExpiryHold;
  readonly #indexes = new Map<number, number>();
  #ids = new Int32Array(FIRST_CAPACITY);
  #isOnline = new Uint8Array(FIRST_CAPACITY);
  #seen = new Float64Array(FIRST_CAPACITY);
  /** By the session of the latest beat. */
  readonly #terms = new Terms(FIRST_CAPACITY);
  /** By another session that beat before it. */
  readonly #spares = new Terms(FIRST_CAPACITY);
  #online = 0;

  constructor({ intervalMs }: PresenceSettings, now: number) {
    this.#intervalMs = intervalMs;
    this.tickMs = Math.max(1, Math.round(intervalMs / TICKS));
    // The longest a deadline can be away: patience, jitter and a restart's grace; beyond, it waits a lap more.
    const lap = Math.ceil((PATIENCE + JITTER + LONGEST_HOLD) * TICKS) + 2;
    this.#wheel = new TimingWheel(lap, FIRST_CAPACITY, this.#tickOf(now));
    this.#hold = new ExpiryHold(intervalMs);
  }

  /** Devices that are online. */
  get online(): number {
    return this.#online;
  }

  /** Whether expiries are being held, so that a device shown online may not be. */
  get degraded(): boolean {
    return this.#hold.isOn;
  }

  /** The index of a device, for all other calls; the same one every time. */
  intern(id: number): number {
    const known = this.#indexes.get(id);
    if (known !== undefined) return known;
    const device = this.#indexes.size;
    if (device === this.#ids.length) this.#grow();
    this.#indexes.set(id, device);
    this.#ids[device] = id;
    return device;
  }

  idOf(device: number): number {
    return this.#ids[device] ?? 0;
  }

  isOnline(device: number): boolean {
    return this.#isOnline[device] === 1;
  }

  /** When the device was last seen; 0 when not since this engine was made. */
  lastSeen(device: number): number {
    return this.#seen[device] ?? 0;
  }

  /** The devices seen at or after a time, and when. */
  seenSince(time: number): { id: number; at: number }[] {
    const found: { id: number; at: number }[] = [];
    for (let device = 0; device < this.#indexes.size; device++) {
      const at = this.#seen[device] ?? 0;
      if (at >= time) found.push({ id: this.#ids[device] ?? 0, at });
    }
    return found;
  }

  /** The ids of all devices that are online now. */
  onlineIds(): Int32Array {
    const ids = new Int32Array(this.#online);
    let at = 0;
    for (let device = 0; device < this.#indexes.size; device++) {
      if (this.#isOnline[device] === 1) ids[at++] = this.#ids[device] ?? 0;
    }
    return ids;
  }

  /**
   * A sign of life.
   * @param authEnds when the session that beats ends.
   * @param isOther whether it is another session than that of the beat before.
   * @returns whether the device came online with it.
   */
  beat(device: number, now: number, authEnds: number, isOther: boolean): boolean {
    this.#noticeRewind(now);
    if (isOther) this.#spares.copy(device, this.#terms);
    // A request that was let in before the session was refreshed may beat after it.
    const ends = isOther ? authEnds : Math.max(authEnds, this.#terms.authEnds(device));
    this.#terms.set(device, now + this.#patience(device), ends);
    this.#seen[device] = now;
    if (this.#isOnline[device] === 1) return false;
    this.#enter(device);
    return true;
  }

  /** The session of its latest beat was given until then. */
  prolong(device: number, authEnds: number): void {
    this.#terms.prolong(device, authEnds);
  }

  /** The device said that it leaves, or was made to. @returns whether it was online. */
  leave(device: number): boolean {
    if (this.#isOnline[device] !== 1) return false;
    this.#terms.set(device, 0, 0);
    // The wheel forgets it when its bucket fires.
    this.#isOnline[device] = 0;
    this.#online -= 1;
    return true;
  }

  /**
   * A device that was online when the process before this one was last alive. Nobody could beat meanwhile, so
   * its deadline moves by the downtime, and by an interval in which everybody comes back.
   * @param seen when it was last seen.
   * @param aliveAt when the process before was last alive.
   * @param authEnds when its token ends; 0 where its session was ended.
   */
  restore(device: number, seen: number, aliveAt: number, now: number, authEnds: number): void {
    const downtime = Math.max(0, now - aliveAt);
    // Somebody who had been given time before, by a hold or another restart, still has time for a beat.
    const left = Math.max(seen + this.#patience(device), aliveAt + this.#intervalMs / 2);
    // Nor could anybody renew a token.
    const ends = authEnds === 0 ? 0 : Math.max(authEnds, now + this.#intervalMs);
    this.#seen[device] = seen;
    this.#terms.set(device, left + downtime + this.#intervalMs, ends);
    if (this.#isOnline[device] !== 1) this.#enter(device);
  }

  /**
   * Looks at the devices whose turn it is. Call it every `tickMs`.
   * @returns those that are offline from now on; none while expiries are held.
   */
  tick(now: number): Expiry[] {
    this.#noticeRewind(now);
    const tick = this.#tickOf(now);
    const late = tick - this.#wheel.tick;
    if (late === 0) return [];
    const overdue = this.#collect(tick);
    const silent = overdue.filter(({ reason }) => reason === 'TIMEOUT').length;
    const stoodStillMs = late > STALL_TICKS ? (late - 1) * this.tickMs : 0;
    this.#hold.decide({ all: overdue.length, silent, online: this.#online }, stoodStillMs, now);
    if (this.degraded) {
      for (const { device } of overdue) this.#wheel.place(device, this.#dueTick(device));
      return [];
    }
    for (const { device } of overdue) this.leave(device);
    return overdue;
  }

  /** Looks at the buckets that have come up: who is not overdue is placed anew, who has left is dropped. */
  #collect(tick: number): Expiry[] {
    const overdue: Expiry[] = [];
    this.#wheel.turn(tick, (device) => {
      if (this.#isOnline[device] !== 1) return;
      if (this.#dueTick(device) < tick) this.#terms.fallBack(device, this.#spares);
      const due = this.#dueTick(device);
      if (due < tick) overdue.push({ device, reason: this.#terms.reason(device) });
      else this.#wheel.place(device, due);
    });
    return overdue;
  }

  /** A clock that was set back takes the deadlines with it, so that nobody stays online for the difference. */
  #noticeRewind(now: number): void {
    const tick = this.#tickOf(now);
    if (tick >= this.#wheel.tick) return;
    const by = (this.#wheel.tick - tick) * this.tickMs;
    this.#hold.rewind(by);
    this.#wheel.reset(tick);
    for (const terms of [this.#terms, this.#spares]) terms.rewind(by);
    for (let device = 0; device < this.#indexes.size; device++) {
      if (this.#isOnline[device] === 1) this.#wheel.place(device, this.#dueTick(device));
    }
  }

  #enter(device: number): void {
    this.#isOnline[device] = 1;
    this.#online += 1;
    this.#wheel.place(device, this.#dueTick(device));
  }

  #dueTick(device: number): number {
    return this.#tickOf(this.#terms.end(device));
  }

  #patience(device: number): number {
    const spread = (Math.imul(device, SPREAD) >>> 0) / 2 ** 32;
    return (PATIENCE + JITTER * spread) * this.#intervalMs;
  }

  #tickOf(time: number): number {
    return Math.floor(Math.min(time, Number.MAX_SAFE_INTEGER) / this.tickMs);
  }

  #grow(): void {
    const capacity = this.#ids.length * 2;
    this.#ids = growArray(this.#ids, capacity, Int32Array);
    this.#isOnline = growArray(this.#isOnline, capacity, Uint8Array);
    this.#seen = growArray(this.#seen, capacity, Float64Array);
    this.#terms.grow(capacity);
    this.#spares.grow(capacity);
    this.#wheel.grow(capacity);
  }
}
