import { growArray } from './grow-array.js';

const NONE = -1;

/**
 * The devices to check in each tick: a ring of buckets, each a linked list through one typed array, without an object
 * per device. A device is in one bucket at most, until that bucket fires.
 */
export class TimingWheel {
  /** The first device of each bucket. */
  readonly #first: Int32Array;
  /** The next device in the same bucket. */
  #next: Int32Array<ArrayBuffer>;
  #isScheduled: Uint8Array<ArrayBuffer>;
  /** The buckets up to this tick have fired. */
  #tick: number;

  /**
   * @param buckets the ticks of one lap; a device that is due later is checked once a lap.
   * @param capacity the number of devices, see `grow`.
   */
  constructor(buckets: number, capacity: number, tick: number) {
    this.#first = new Int32Array(buckets).fill(NONE);
    this.#next = new Int32Array(capacity);
    this.#isScheduled = new Uint8Array(capacity);
    this.#tick = tick;
  }

  get tick(): number {
    return this.#tick;
  }

  /** Puts a device into the bucket that fires after tick `due`, at most a lap away; unless it is in a bucket. */
  schedule(device: number, due: number): void {
    if (this.#isScheduled[device] === 1) return;
    const at = Math.min(Math.max(due, this.#tick) + 1, this.#tick + this.#first.length - 1);
    const bucket = at % this.#first.length;
    this.#next[device] = this.#first[bucket] ?? NONE;
    this.#first[bucket] = device;
    this.#isScheduled[device] = 1;
  }

  /** Advances to a later tick. @param fire receives each device of the buckets up to it, and may reschedule it. */
  turn(tick: number, fire: (device: number) => void): void {
    const buckets = Math.min(tick - this.#tick, this.#first.length);
    this.#tick = tick;
    for (let at = tick - buckets + 1; at <= tick; at++) {
      const bucket = at % this.#first.length;
      let device = this.#first[bucket] ?? NONE;
      this.#first[bucket] = NONE;
      while (device !== NONE) {
        const next = this.#next[device] ?? NONE;
        this.#isScheduled[device] = 0;
        fire(device);
        device = next;
      }
    }
  }

  /** Empties the wheel, and sets it to any tick. */
  reset(tick: number): void {
    this.#tick = tick;
    this.#first.fill(NONE);
    this.#isScheduled.fill(0);
  }

  grow(capacity: number): void {
    this.#next = growArray(this.#next, capacity, Int32Array);
    this.#isScheduled = growArray(this.#isScheduled, capacity, Uint8Array);
  }
}
