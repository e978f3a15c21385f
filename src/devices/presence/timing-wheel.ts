import { growArray } from './grow-array.js';

const NONE = -1;

/**
 * Which devices to look at in a tick: a ring of buckets, each a chain of devices through one typed array, so that a
 * million of them need no object. A device is in one bucket at most, and there until the bucket fires.
 */
export class TimingWheel {
  /** The first device of each bucket. */
  readonly #first: Int32Array;
  /** The next device in the same bucket. */
  #next: Int32Array<ArrayBuffer>;
  #isPlaced: Uint8Array<ArrayBuffer>;
  /** The bucket of this tick and all before have fired. */
  #tick: number;

  /**
   * @param buckets ticks in one lap; who is due later than that is looked at in between.
   * @param capacity devices, see `grow`.
   */
  constructor(buckets: number, capacity: number, tick: number) {
    this.#first = new Int32Array(buckets).fill(NONE);
    this.#next = new Int32Array(capacity);
    this.#isPlaced = new Uint8Array(capacity);
    this.#tick = tick;
  }

  /** The tick that it stands at. */
  get tick(): number {
    return this.#tick;
  }

  /** Into the bucket that fires next after `due`, or into the last one of this lap; unless it is in one. */
  place(device: number, due: number): void {
    if (this.#isPlaced[device] === 1) return;
    const at = Math.min(Math.max(due, this.#tick) + 1, this.#tick + this.#first.length - 1);
    const bucket = at % this.#first.length;
    this.#next[device] = this.#first[bucket] ?? NONE;
    this.#first[bucket] = device;
    this.#isPlaced[device] = 1;
  }

  /** Goes on to a later tick. @param fire is given each device of the buckets up to it; it may place it anew. */
  turn(tick: number, fire: (device: number) => void): void {
    const buckets = Math.min(tick - this.#tick, this.#first.length);
    this.#tick = tick;
    for (let at = tick - buckets + 1; at <= tick; at++) {
      const bucket = at % this.#first.length;
      let device = this.#first[bucket] ?? NONE;
      this.#first[bucket] = NONE;
      while (device !== NONE) {
        const next = this.#next[device] ?? NONE;
        this.#isPlaced[device] = 0;
        fire(device);
        device = next;
      }
    }
  }

  /** Empties it, at any tick. */
  reset(tick: number): void {
    this.#tick = tick;
    this.#first.fill(NONE);
    this.#isPlaced.fill(0);
  }

  grow(capacity: number): void {
    this.#next = growArray(this.#next, capacity, Int32Array);
    this.#isPlaced = growArray(this.#isPlaced, capacity, Uint8Array);
  }
}
