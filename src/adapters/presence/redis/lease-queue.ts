import type { DeviceTable } from '../../../devices/presence/device-table.js';
import { growArray } from '../../../devices/presence/grow-array.js';
import { Leases } from '../../../devices/presence/leases.js';
import { adaptedDeadline, LONGEST_PATIENCE, patienceOf } from '../../../devices/presence/patience.js';
import { TimingWheel } from '../../../devices/presence/timing-wheel.js';
import type { BeatingSession } from '../../../devices/presence.js';
import { sessionTag } from './lease-score.js';
import type { EndedLease } from './stream-entry.js';

const FIRST_CAPACITY = 1024;

/** The part of its time after which a lease in Redis is renewed. */
const USED = 0.5;

/** A lease to hand to Redis. */
export interface DueLease {
  readonly device: number;
  readonly remainingMs: number;
  /** See `sessionTag`. */
  readonly session: number;
  readonly endsWithSession: boolean;
  /** Whether its session has not beaten for the device before. */
  readonly isNewSession: boolean;
}

/**
 * The leases of the devices that beat on this node: typed arrays, without an allocation per heartbeat. A lease goes to
 * Redis when its device comes, and then when half the time of the one in Redis is used. So Redis has a lease that is as
 * long as it can be, or less than half used. A device is its index in the table of devices.
 */
export class LeaseQueue {
  readonly #leases = new Leases(FIRST_CAPACITY);
  /** By the session that beat before the latest one. */
  readonly #previousLeases = new Leases(FIRST_CAPACITY);
  /** The tags of the sessions of both. */
  #sessions = new Int16Array(FIRST_CAPACITY);
  #previousSessions = new Int16Array(FIRST_CAPACITY);
  #isNewSession = new Uint8Array(FIRST_CAPACITY);
  /** When the lease in Redis ends; 0 where Redis has none from this node. */
  #sentEnds = new Float64Array(FIRST_CAPACITY);
  /** When half of its time is used. */
  #halfTimes = new Float64Array(FIRST_CAPACITY);
  /** Devices whose leases go to Redis next, each once. */
  #queue = new Int32Array(FIRST_CAPACITY);
  #isQueued = new Uint8Array(FIRST_CAPACITY);
  #queued = 0;
  readonly #wheel: TimingWheel;

  /**
   * @param tickMs the time between two calls of `take`.
   * @param now in milliseconds, as in all methods.
   */
  constructor(
    private readonly devices: DeviceTable,
    private readonly intervalMs: number,
    private readonly tickMs: number,
    now: number,
  ) {
    const lap = Math.ceil((LONGEST_PATIENCE * USED * intervalMs) / tickMs) + 2;
    this.#wheel = new TimingWheel(lap, FIRST_CAPACITY, this.#tickOf(now));
  }

  /** See `Presence.beat`. */
  beat(device: number, now: number, { sessionId, expiresAt }: BeatingSession, isOther: boolean): void {
    this.#noticeRewind(now);
    this.#makeRoom(device);
    if (isOther) this.#changeSession(device, sessionTag(sessionId));
    // A request that was authenticated before a refresh may arrive after it.
    const ends = isOther ? expiresAt : Math.max(expiresAt, this.#leases.authEnds(device));
    this.#leases.set(device, now + this.#patience(device), ends);
    this.devices.setSeen(device, now);
    if (isOther || now >= (this.#halfTimes[device] ?? 0)) this.#enqueue(device);
  }

  /** See `Presence.adapt`. A shorter lease takes effect when the one in Redis has ended. */
  adapt(device: number, now: number): void {
    if (device >= this.#sentEnds.length || this.#endOf(device) === 0) return;
    const { devices } = this;
    const deadline = this.#leases.deadline(device);
    const patienceMs = this.#patience(device);
    this.#leases.setDeadline(device, adaptedDeadline(deadline, devices.lastSeen(device), now, patienceMs));
    if (this.#endOf(device) > (this.#sentEnds[device] ?? 0)) this.#enqueue(device);
  }

  /** See `Presence.prolong`. */
  prolong(device: number, authEnds: number): void {
    this.#makeRoom(device);
    this.#leases.prolong(device, authEnds);
    // The wheel has dropped a device whose lease was the longest one possible.
    if (this.#endOf(device) > (this.#sentEnds[device] ?? 0)) this.#enqueue(device);
  }

  /** The lease in Redis has ended. If the device is beating on this node all the same, its lease is due again. */
  expired(device: number): void {
    if (device >= this.#sentEnds.length) return;
    this.#forgetSent(device);
    if (this.#endOf(device) > 0) this.#enqueue(device);
  }

  /** A session of the device has ended. @param session its tag. */
  leave(device: number, session: number): void {
    if (device < this.#sentEnds.length && session === this.#sessions[device]) this.drop(device);
  }

  /**
   * A session has ended by which the device was online. Another session keeps its lease on this node if it has beaten
   * later: its lease is not in Redis yet, or lasts longer.
   */
  left(device: number, { session, leftMs }: EndedLease, now: number): void {
    this.leave(device, session);
    if (device >= this.#sentEnds.length) return;
    if (this.#isQueued[device] === 1 || this.#endOf(device) - now > leftMs) this.expired(device);
    else this.drop(device);
  }

  /** Forgets the leases of a device, which is to leave Redis as well. */
  drop(device: number): void {
    this.#makeRoom(device);
    for (const leases of [this.#leases, this.#previousLeases]) leases.set(device, 0, 0);
    this.#forgetSent(device);
  }

  /** Takes the leases that are due, each until the next half of its time. Must be called every `tickMs`. */
  take(now: number): DueLease[] {
    this.#noticeRewind(now);
    this.#wheel.turn(this.#tickOf(now), (device) => {
      const halfTime = this.#halfTimes[device] ?? 0;
      if (halfTime > now) this.#wheel.schedule(device, this.#tickOf(halfTime));
      else if (this.#endOf(device) > (this.#sentEnds[device] ?? 0)) this.#enqueue(device);
    });
    const due: DueLease[] = [];
    for (const device of this.#queue.subarray(0, this.#queued)) {
      this.#isQueued[device] = 0;
      const end = this.#endOf(device);
      if (end <= now) continue;
      this.#sentEnds[device] = end;
      this.#halfTimes[device] = now + (end - now) * USED;
      this.#wheel.schedule(device, this.#tickOf(this.#halfTimes[device] ?? 0));
      due.push({
        device,
        remainingMs: end - now,
        session: this.#sessions[device] ?? 0,
        endsWithSession: this.#leases.reason(device) !== 'TIMEOUT',
        isNewSession: this.#isNewSession[device] === 1,
      });
      this.#isNewSession[device] = 0;
    }
    this.#queued = 0;
    return due;
  }

  /** Redis may not have received these leases: they are due again. */
  giveBack(leases: readonly DueLease[]): void {
    for (const { device, isNewSession } of leases) {
      if (isNewSession) this.#isNewSession[device] = 1;
      this.#forgetSent(device);
      if (this.#endOf(device) > 0) this.#enqueue(device);
    }
  }

  /** Redis has lost its data: all leases are due. */
  giveBackAll(): void {
    for (let device = 0; device < this.#sentEnds.length; device++) {
      this.#forgetSent(device);
      if (this.#endOf(device) > 0) this.#enqueue(device);
    }
  }

  #patience(device: number): number {
    return patienceOf(this.devices.idOf(device)) * (this.devices.ownInterval(device) || this.intervalMs);
  }

  /** When the device expires: by its latest session, or by the one before it if that lasts longer. */
  #endOf(device: number): number {
    if (this.#leases.fallBack(device, this.#previousLeases)) {
      this.#sessions[device] = this.#previousSessions[device] ?? 0;
    }
    return this.#leases.end(device);
  }

  #changeSession(device: number, session: number): void {
    this.#previousLeases.copy(device, this.#leases);
    this.#previousSessions[device] = this.#sessions[device] ?? 0;
    this.#sessions[device] = session;
    this.#isNewSession[device] = 1;
  }

  #forgetSent(device: number): void {
    this.#sentEnds[device] = 0;
    this.#halfTimes[device] = 0;
  }

  #enqueue(device: number): void {
    if (this.#isQueued[device] === 1) return;
    this.#isQueued[device] = 1;
    this.#queue[this.#queued] = device;
    this.#queued += 1;
  }

  /** If the clock was set back, moves all times as well: no lease gets longer because of it. */
  #noticeRewind(now: number): void {
    const tick = this.#tickOf(now);
    if (tick >= this.#wheel.tick) return;
    const by = (this.#wheel.tick - tick) * this.tickMs;
    this.#wheel.reset(tick);
    for (const leases of [this.#leases, this.#previousLeases]) leases.rewind(by);
    for (let device = 0; device < this.#sentEnds.length; device++) {
      if (this.#sentEnds[device] === 0) continue;
      this.#sentEnds[device] = (this.#sentEnds[device] ?? 0) - by;
      this.#halfTimes[device] = (this.#halfTimes[device] ?? 0) - by;
      this.#wheel.schedule(device, this.#tickOf(this.#halfTimes[device] ?? 0));
    }
  }

  #tickOf(time: number): number {
    return Math.floor(time / this.tickMs);
  }

  #makeRoom(device: number): void {
    if (device < this.#sentEnds.length) return;
    const capacity = Math.max(device + 1, this.#sentEnds.length * 2);
    this.#leases.grow(capacity);
    this.#previousLeases.grow(capacity);
    this.#sessions = growArray(this.#sessions, capacity, Int16Array);
    this.#previousSessions = growArray(this.#previousSessions, capacity, Int16Array);
    this.#isNewSession = growArray(this.#isNewSession, capacity, Uint8Array);
    this.#sentEnds = growArray(this.#sentEnds, capacity, Float64Array);
    this.#halfTimes = growArray(this.#halfTimes, capacity, Float64Array);
    this.#queue = growArray(this.#queue, capacity, Int32Array);
    this.#isQueued = growArray(this.#isQueued, capacity, Uint8Array);
    this.#wheel.grow(capacity);
  }
}
