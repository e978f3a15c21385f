import type { DeviceTable } from './device-table.js';
import { LONGEST_HOLD } from './expiry-hold.js';
import { ExpiryHolds, type Overdue, SAMPLE_SIZE, type Sample } from './expiry-holds.js';
import { Leases } from './leases.js';
import { adaptedDeadline, LATE, LONGEST_PATIENCE, patienceOf } from './patience.js';
import { restoredLease, type SavedLease } from './restored-lease.js';
import { TimingWheel } from './timing-wheel.js';

export interface EngineSettings {
  /** Expected time between two heartbeats of a device without an interval of its own. */
  readonly intervalMs: number;
}

export interface Expiry extends Overdue {
  readonly device: number;
}

/** Ticks of one interval. */
const TICKS = 10;
/** A tick that is later than this means that the process, and with it the heartbeats, stood still. */
const STALL_TICKS = 2;

const FIRST_CAPACITY = 1024;

/**
 * Which devices are online, for a million devices: pure, without timers, and without an allocation per heartbeat.
 *
 * A device is its index in the table of devices. A heartbeat only moves its deadline. The timing wheel contains each
 * online device once, and is lazy: when a bucket fires, it reschedules the devices whose deadlines have moved, and
 * expires the others. All times are milliseconds of one clock.
 */
export class PresenceEngine {
  /** Milliseconds between two calls of `tick`. */
  readonly tickMs: number;
  readonly #intervalMs: number;
  readonly #wheel: TimingWheel;
  readonly #holds: ExpiryHolds;
  #capacity = FIRST_CAPACITY;
  /** By the session of the latest heartbeat. */
  readonly #leases = new Leases(FIRST_CAPACITY);
  /** By the session that beat before it. */
  readonly #previousLeases = new Leases(FIRST_CAPACITY);

  constructor(
    private readonly devices: DeviceTable,
    { intervalMs }: EngineSettings,
    now: number,
  ) {
    this.#intervalMs = intervalMs;
    this.tickMs = Math.max(1, Math.round(intervalMs / TICKS));
    // The longest time until most deadlines: patience, jitter, and the grace after a restart.
    const lap = Math.ceil((LONGEST_PATIENCE + LONGEST_HOLD) * TICKS) + 2;
    this.#wheel = new TimingWheel(lap, FIRST_CAPACITY, this.#tickOf(now));
    this.#holds = new ExpiryHolds(intervalMs);
  }

  /** Whether expiries are held, so that some online devices may in fact be offline. */
  get degraded(): boolean {
    return this.#holds.isOn;
  }

  /**
   * @param authEnds when the session of this heartbeat ends.
   * @param isOther whether the previous heartbeat was sent by another session.
   * @returns whether the device came online.
   */
  beat(device: number, now: number, authEnds: number, isOther: boolean): boolean {
    this.#noticeRewind(now);
    this.#makeRoom(device);
    if (isOther) this.#previousLeases.copy(device, this.#leases);
    // A request that was authenticated before a refresh may arrive after it.
    const ends = isOther ? authEnds : Math.max(authEnds, this.#leases.authEnds(device));
    this.#leases.set(device, now + this.#patience(device), ends);
    this.devices.setSeen(device, now);
    if (this.devices.isOnline(device)) return false;
    this.#enter(device);
    return true;
  }

  /** The interval of the device was changed in the table. */
  adapt(device: number, now: number): void {
    if (!this.devices.isOnline(device)) return;
    const seenAt = this.devices.lastSeen(device);
    const deadline = this.#leases.deadline(device);
    this.#leases.setDeadline(device, adaptedDeadline(deadline, seenAt, now, this.#patience(device)));
  }

  /** The session of its latest heartbeat was prolonged. */
  prolong(device: number, authEnds: number): void {
    this.#leases.prolong(device, authEnds);
  }

  /** Takes a device offline. @returns whether it was online. */
  leave(device: number): boolean {
    if (!this.devices.isOnline(device)) return false;
    this.#leases.set(device, 0, 0);
    // The wheel drops it when its bucket fires.
    this.devices.setOnline(device, false);
    return true;
  }

  /** Restores a device that was online when the previous process stopped. */
  restore(device: number, saved: SavedLease, now: number): void {
    this.#makeRoom(device);
    const { deadline, authEnds } = restoredLease(
      saved,
      now,
      this.#intervalOf(device),
      this.#patience(device),
    );
    this.devices.setSeen(device, saved.seenAt);
    this.#leases.set(device, deadline, authEnds);
    if (!this.devices.isOnline(device)) this.#enter(device);
  }

  /**
   * Checks the devices that are due. Must be called every `tickMs`.
   * @returns the devices that go offline; those whose expiries are held come later.
   */
  tick(now: number): Expiry[] {
    this.#noticeRewind(now);
    const tick = this.#tickOf(now);
    const late = tick - this.#wheel.tick;
    if (late === 0) return [];
    const overdue = this.#collect(tick);
    const stalledMs = late > STALL_TICKS ? (late - 1) * this.tickMs : 0;
    this.#holds.decide(
      { overdue, online: this.devices.online, stalledMs, sample: () => this.#sample(now) },
      now,
    );
    return overdue.filter(({ device, owner }) => {
      if (!this.#holds.isHeld(owner)) return this.leave(device);
      this.#holdLonger(device);
      this.#wheel.schedule(device, this.#dueTick(device));
      return false;
    });
  }

  /** Fires the buckets up to a tick. @returns the overdue devices. */
  #collect(tick: number): Expiry[] {
    const overdue: Expiry[] = [];
    this.#wheel.turn(tick, (device) => {
      if (!this.devices.isOnline(device)) return;
      if (this.#dueTick(device) < tick) this.#leases.fallBack(device, this.#previousLeases);
      const due = this.#dueTick(device);
      if (due < tick)
        overdue.push({ device, owner: this.devices.ownerOf(device), reason: this.#leases.reason(device) });
      else this.#wheel.schedule(device, due);
    });
    return overdue;
  }

  /** Online devices, all of them or evenly chosen. */
  *#sample(now: number): Generator<Sample> {
    const step = Math.ceil(this.devices.size / SAMPLE_SIZE);
    for (let device = 0; device < this.devices.size; device += step) {
      if (!this.devices.isOnline(device)) continue;
      const isLate = this.devices.lastSeen(device) < now - LATE * this.#intervalOf(device);
      yield { owner: this.devices.ownerOf(device), isLate };
    }
  }

  /** If the clock was set back, moves the deadlines as well: no device stays online longer because of it. */
  #noticeRewind(now: number): void {
    const tick = this.#tickOf(now);
    if (tick >= this.#wheel.tick) return;
    const by = (this.#wheel.tick - tick) * this.tickMs;
    this.#holds.rewind(by);
    this.#wheel.reset(tick);
    for (const leases of [this.#leases, this.#previousLeases]) leases.rewind(by);
    for (let device = 0; device < this.devices.size; device++) {
      if (this.devices.isOnline(device)) this.#wheel.schedule(device, this.#dueTick(device));
    }
  }

  #enter(device: number): void {
    this.devices.setOnline(device, true);
    this.#wheel.schedule(device, this.#dueTick(device));
  }

  #dueTick(device: number): number {
    return this.#tickOf(this.#leases.end(device));
  }

  #patience(device: number): number {
    return patienceOf(device) * this.#intervalOf(device);
  }

  #intervalOf(device: number): number {
    return this.devices.ownInterval(device) || this.#intervalMs;
  }

  /** A device with a longer interval may not beat during a hold: it gets as many intervals of its own, once. */
  #holdLonger(device: number): void {
    const own = this.devices.ownInterval(device);
    if (own <= this.#intervalMs) return;
    const latest = this.devices.lastSeen(device) + this.#patience(device) + LONGEST_HOLD * own;
    this.#leases.setDeadline(device, Math.max(this.#leases.deadline(device), latest));
  }

  #tickOf(time: number): number {
    return Math.floor(Math.min(time, Number.MAX_SAFE_INTEGER) / this.tickMs);
  }

  #makeRoom(device: number): void {
    if (device < this.#capacity) return;
    this.#capacity = Math.max(device + 1, this.#capacity * 2);
    this.#leases.grow(this.#capacity);
    this.#previousLeases.grow(this.#capacity);
    this.#wheel.grow(this.#capacity);
  }
}
