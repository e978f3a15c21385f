import { growArray } from './grow-array.js';

/** For how long devices are online, in typed arrays: a million of them need no object. Times are in milliseconds. */
export class Terms {
  /** When a device has been silent for too long. */
  #deadlines: Float64Array<ArrayBuffer>;
  /** When the session that it beats by ends. */
  #authEnds: Float64Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#deadlines = new Float64Array(capacity);
    this.#authEnds = new Float64Array(capacity);
  }

  set(device: number, deadline: number, authEnds: number): void {
    this.#deadlines[device] = deadline;
    this.#authEnds[device] = authEnds;
  }

  copy(device: number, from: Terms): void {
    this.set(device, from.#deadlines[device] ?? 0, from.#authEnds[device] ?? 0);
  }

  /** When the device is offline; 0 where nothing was set. */
  end(device: number): number {
    return Math.min(this.#deadlines[device] ?? 0, this.#authEnds[device] ?? 0);
  }

  authEnds(device: number): number {
    return this.#authEnds[device] ?? 0;
  }

  /** Which comes first: that it is silent, or that its session ends. */
  reason(device: number): 'TIMEOUT' | 'AUTH_EXPIRED' {
    return (this.#deadlines[device] ?? 0) < this.authEnds(device) ? 'TIMEOUT' : 'AUTH_EXPIRED';
  }

  /** A token that ended is not the end of a device for which another session beats on time. */
  fallBack(device: number, spares: Terms): void {
    if (this.reason(device) === 'TIMEOUT' || spares.end(device) <= this.end(device)) return;
    this.copy(device, spares);
  }

  /** The same session ends so late now; never earlier than before. */
  prolong(device: number, authEnds: number): void {
    this.#authEnds[device] = Math.max(this.authEnds(device), authEnds);
  }

  /** The clock was set back by so much: nobody stays online for the difference. */
  rewind(ms: number): void {
    for (let device = 0; device < this.#deadlines.length; device++) {
      this.#deadlines[device] = (this.#deadlines[device] ?? 0) - ms;
    }
  }

  grow(capacity: number): void {
    this.#deadlines = growArray(this.#deadlines, capacity, Float64Array);
    this.#authEnds = growArray(this.#authEnds, capacity, Float64Array);
  }
}
