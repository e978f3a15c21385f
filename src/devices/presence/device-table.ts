import { growArray } from './grow-array.js';

const FIRST_CAPACITY = 1024;

/** A request that reads its session records its heartbeat twice within this time. */
const SAME_BEAT_MS = 200;

/** A device that has sent heartbeats. */
export interface SeenDevice {
  readonly id: number;
  /** When the latest one was received, in milliseconds of one clock. */
  readonly at: number;
  /** How many were received since the last save. */
  readonly beats: number;
}

/**
 * The devices that this process has met: each is an index into typed arrays, here and in the engines that follow
 * devices, so that a million of them need no object each. Times are milliseconds of one clock.
 */
export class DeviceTable {
  readonly #indexes = new Map<number, number>();
  #ids = new Int32Array(FIRST_CAPACITY);
  #owners = new Int32Array(FIRST_CAPACITY);
  /** When this process received the latest heartbeat; 0 if another node did. */
  #seen = new Float64Array(FIRST_CAPACITY);
  /** When another node received the latest heartbeat; empty on the only node. */
  #seenElsewhere = new Float64Array(0);
  /** In seconds; empty while all devices have the interval of the gateway. */
  #ownIntervals = new Uint16Array(0);
  #isOnline = new Uint8Array(FIRST_CAPACITY);
  /** Heartbeats since the last call of `seenSince`, modulo 65,536. */
  #beats = new Uint16Array(FIRST_CAPACITY);
  #online = 0;

  /** The number of devices. */
  get size(): number {
    return this.#indexes.size;
  }

  /** The number of online devices. */
  get online(): number {
    return this.#online;
  }

  /** The index of a device, which all other methods take. */
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

  setOwner(device: number, owner: number): void {
    this.#owners[device] = owner;
  }

  /** 0 for a device whose owner is unknown. */
  ownerOf(device: number): number {
    return this.#owners[device] ?? 0;
  }

  setSeen(device: number, at: number): void {
    this.#seen[device] = at;
  }

  /** Counts the latest heartbeat. @param before when the one before it was received. */
  countBeat(device: number, before: number): void {
    const isAnother = (this.#seen[device] ?? 0) - before >= SAME_BEAT_MS;
    if (isAnother) this.#beats[device] = (this.#beats[device] ?? 0) + 1;
  }

  /** The row of the device has the heartbeats so far. */
  forgetBeats(device: number): void {
    this.#beats[device] = 0;
  }

  /** Another node has received the latest heartbeat. */
  setSeenElsewhere(device: number, at: number): void {
    if (device >= this.#seenElsewhere.length) {
      this.#seenElsewhere = growArray(this.#seenElsewhere, this.#ids.length, Float64Array);
    }
    this.#seenElsewhere[device] = at;
    this.#seen[device] = 0;
  }

  /** 0 for a device that has not been seen since the process started. */
  lastSeen(device: number): number {
    return this.#seen[device] || this.#seenElsewhere[device] || 0;
  }

  /** Whether this process has received the latest heartbeat. */
  isSeenHere(device: number): boolean {
    return (this.#seen[device] ?? 0) > 0;
  }

  /** @param seconds how often the device is expected to beat, below 65,536; 0 for the interval of the gateway. */
  setInterval(device: number, seconds: number): void {
    if (device >= this.#ownIntervals.length) {
      if (seconds === 0) return;
      this.#ownIntervals = growArray(this.#ownIntervals, this.#ids.length, Uint16Array);
    }
    this.#ownIntervals[device] = seconds;
  }

  /** In milliseconds; 0 for the interval of the gateway. */
  ownInterval(device: number): number {
    return (this.#ownIntervals[device] ?? 0) * 1000;
  }

  isOnline(device: number): boolean {
    return this.#isOnline[device] === 1;
  }

  setOnline(device: number, isOnline: boolean): void {
    if (this.isOnline(device) === isOnline) return;
    this.#isOnline[device] = isOnline ? 1 : 0;
    this.#online += isOnline ? 1 : -1;
  }

  clearOnline(): void {
    this.#isOnline.fill(0);
    this.#online = 0;
  }

  /** The ids of all online devices. */
  onlineIds(): Int32Array {
    const ids = new Int32Array(this.#online);
    let at = 0;
    for (let device = 0; device < this.size; device++) {
      if (this.isOnline(device)) ids[at++] = this.idOf(device);
    }
    return ids;
  }

  /**
   * The devices that this process was the last to see, at or after a time, each as of when it is taken, and how many
   * heartbeats it received of them since the call before.
   */
  *seenSince(time: number): Generator<SeenDevice> {
    for (let device = 0; device < this.size; device++) {
      const at = this.#seen[device] ?? 0;
      if (at < time) continue;
      const beats = this.#beats[device] ?? 0;
      this.#beats[device] = 0;
      yield { id: this.idOf(device), at, beats };
    }
  }

  #grow(): void {
    const capacity = this.#ids.length * 2;
    this.#ids = growArray(this.#ids, capacity, Int32Array);
    this.#owners = growArray(this.#owners, capacity, Int32Array);
    this.#seen = growArray(this.#seen, capacity, Float64Array);
    this.#isOnline = growArray(this.#isOnline, capacity, Uint8Array);
    this.#beats = growArray(this.#beats, capacity, Uint16Array);
  }
}
