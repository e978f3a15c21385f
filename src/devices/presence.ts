/**
 * Which devices are online, for a million of them: pure, without timers, and without an allocation per beat.
 *
 * A device is an index into typed arrays. A beat only moves its deadline; a timing wheel holds each online
 * device once and is lazy: when a bucket fires, a device whose deadline has moved on goes to the bucket of that
 * deadline, and only one that is really overdue expires. All times are milliseconds of one clock.
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
/** More than this part of the online devices, and at least this many, overdue in one tick: the fault may be ours. */
const MASS_PART = 0.05;
const MASS_LEAST = 50;
/** Intervals for which expiries are held at most. */
const LONGEST_HOLD = 2;
/** A tick that comes this many ticks late means that the process stood still, and beats with it. */
const STALL_TICKS = 2;

const NONE = -1;
/** 2^32 divided by the golden ratio: spreads consecutive indexes evenly. */
const SPREAD = 2_654_435_769;
const FIRST_CAPACITY = 1024;

export class Presence {
  /** Milliseconds between two calls of `tick`. */
  readonly tickMs: number;
  readonly #intervalMs: number;
  readonly #wheel: Int32Array;
  readonly #indexes = new Map<number, number>();
  #ids = new Int32Array(FIRST_CAPACITY);
  #isOnline = new Uint8Array(FIRST_CAPACITY);
  #seen = new Float64Array(FIRST_CAPACITY);
  #deadlines = new Float64Array(FIRST_CAPACITY);
  #authEnds = new Float64Array(FIRST_CAPACITY);
  /** The next device in the same bucket. */
  #next = new Int32Array(FIRST_CAPACITY);
  /** Whether the device is in a bucket; one that left stays there until the bucket fires. */
  #isPlaced = new Uint8Array(FIRST_CAPACITY);
  #online = 0;
  #lastTick: number;
  #heldUntil: number | null = null;
  /** A hold ran out: what is overdue is applied until a tick is calm again. */
  #released = false;

  constructor({ intervalMs }: PresenceSettings, now: number) {
    this.#intervalMs = intervalMs;
    this.tickMs = Math.max(1, Math.round(intervalMs / TICKS));
    // The longest a deadline can be away: patience, jitter and a restart's grace; beyond, it waits a lap more.
    this.#wheel = new Int32Array(Math.ceil((PATIENCE + JITTER + LONGEST_HOLD) * TICKS) + 2).fill(NONE);
    this.#lastTick = this.#tickOf(now);
  }

  /** Devices that are online. */
  get online(): number {
    return this.#online;
  }

  /** Whether expiries are being held, so that a device shown online may not be. */
  get degraded(): boolean {
    return this.#heldUntil !== null;
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
   * @returns whether the device came online with it.
   */
  beat(device: number, now: number, authEnds: number): boolean {
    this.#seen[device] = now;
    this.#deadlines[device] = now + this.#patience(device);
    this.#authEnds[device] = authEnds;
    if (this.#isOnline[device] === 1) return false;
    this.#enter(device);
    return true;
  }

  /** The device said that it leaves, or was made to. @returns whether it was online. */
  leave(device: number): boolean {
    if (this.#isOnline[device] !== 1) return false;
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
   */
  restore(device: number, seen: number, aliveAt: number, now: number, authEnds: number): void {
    const downtime = Math.max(0, now - aliveAt);
    // Somebody who had been given time before, by a hold or another restart, still has time for a beat.
    const left = Math.max(seen + this.#patience(device), aliveAt + this.#intervalMs / 2);
    const deadline = left + downtime + this.#intervalMs;
    this.#seen[device] = seen;
    this.#deadlines[device] = deadline;
    this.#authEnds[device] = authEnds;
    if (this.#isOnline[device] !== 1) this.#enter(device);
  }

  /**
   * Looks at the devices whose turn it is. Call it every `tickMs`.
   * @returns those that are offline from now on; none while expiries are held.
   */
  tick(now: number): Expiry[] {
    const tick = this.#tickOf(now);
    if (tick < this.#lastTick) this.#rewind(tick);
    const late = tick - this.#lastTick;
    if (late <= 0) return [];
    const overdue = this.#collect(tick);
    const timeouts = overdue.filter((device) => now < (this.#authEnds[device] ?? 0)).length;
    this.#decideHold(timeouts, late > STALL_TICKS, now);
    const expired: Expiry[] = [];
    for (const device of overdue) {
      const reason = now < (this.#authEnds[device] ?? 0) ? 'TIMEOUT' : 'AUTH_EXPIRED';
      if (reason === 'TIMEOUT' && this.degraded) {
        this.#place(device);
      } else {
        this.#isOnline[device] = 0;
        this.#online -= 1;
        expired.push({ device, reason });
      }
    }
    return expired;
  }

  /** Empties the buckets that have come up; who is not overdue is placed anew, who has left is dropped. */
  #collect(tick: number): number[] {
    const overdue: number[] = [];
    const buckets = Math.min(tick - this.#lastTick, this.#wheel.length);
    const first = tick - buckets + 1;
    this.#lastTick = tick;
    for (let bucket = first; bucket <= tick; bucket++) {
      const slot = bucket % this.#wheel.length;
      let device = this.#wheel[slot] ?? NONE;
      this.#wheel[slot] = NONE;
      while (device !== NONE) {
        const next = this.#next[device] ?? NONE;
        this.#isPlaced[device] = 0;
        if (this.#isOnline[device] === 1) {
          if (this.#tickOf(this.#due(device)) < tick) overdue.push(device);
          else this.#place(device);
        }
        device = next;
      }
    }
    return overdue;
  }

  #decideHold(timeouts: number, stalled: boolean, now: number): void {
    const mass = timeouts >= MASS_LEAST && timeouts > this.#online * MASS_PART;
    if (this.#heldUntil === null) {
      if (stalled || (mass && !this.#released)) this.#heldUntil = now + LONGEST_HOLD * this.#intervalMs;
      if (!mass) this.#released = false;
    } else if (now >= this.#heldUntil) {
      this.#heldUntil = null;
      this.#released = true;
    } else if (!mass && !stalled) {
      this.#heldUntil = null;
    }
  }

  /** The clock was set back: deadlines move with it, so that nobody stays online for the difference. */
  #rewind(tick: number): void {
    const by = (this.#lastTick - tick) * this.tickMs;
    this.#lastTick = tick;
    if (this.#heldUntil !== null) this.#heldUntil -= by;
    this.#wheel.fill(NONE);
    this.#isPlaced.fill(0);
    for (let device = 0; device < this.#indexes.size; device++) {
      this.#deadlines[device] = (this.#deadlines[device] ?? 0) - by;
      if (this.#isOnline[device] === 1) this.#place(device);
    }
  }

  #enter(device: number): void {
    this.#isOnline[device] = 1;
    this.#online += 1;
    if (this.#isPlaced[device] === 0) this.#place(device);
  }

  /** Into the bucket that fires next after it is due, or into the last one of this lap. */
  #place(device: number): void {
    const due = Math.max(this.#tickOf(this.#due(device)), this.#lastTick) + 1;
    const slot = Math.min(due, this.#lastTick + this.#wheel.length - 1) % this.#wheel.length;
    this.#next[device] = this.#wheel[slot] ?? NONE;
    this.#wheel[slot] = device;
    this.#isPlaced[device] = 1;
  }

  #due(device: number): number {
    return Math.min(this.#deadlines[device] ?? 0, this.#authEnds[device] ?? 0);
  }

  #patience(device: number): number {
    const spread = (Math.imul(device, SPREAD) >>> 0) / 2 ** 32;
    return (PATIENCE + JITTER * spread) * this.#intervalMs;
  }

  #tickOf(time: number): number {
    return Math.floor(Math.min(time, Number.MAX_SAFE_INTEGER) / this.tickMs);
  }

  #grow(): void {
    this.#ids = grown(this.#ids, Int32Array);
    this.#isOnline = grown(this.#isOnline, Uint8Array);
    this.#seen = grown(this.#seen, Float64Array);
    this.#deadlines = grown(this.#deadlines, Float64Array);
    this.#authEnds = grown(this.#authEnds, Float64Array);
    this.#next = grown(this.#next, Int32Array);
    this.#isPlaced = grown(this.#isPlaced, Uint8Array);
  }
}

type Column = Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

function grown<C extends Column>(column: C, Type: new (length: number) => C): C {
  const larger = new Type(column.length * 2);
  larger.set(column);
  return larger;
}
