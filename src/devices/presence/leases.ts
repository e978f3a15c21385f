import { growArray } from './grow-array.js';

/** How long devices stay online, in milliseconds of one clock: typed arrays, without an object per device. */
export class Leases {
  /** When a device will have been silent for too long. */
  #deadlines: Float64Array<ArrayBuffer>;
  /** When the session of its heartbeats ends. */
  #authEnds: Float64Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#deadlines = new Float64Array(capacity);
    this.#authEnds = new Float64Array(capacity);
  }

  set(device: number, deadline: number, authEnds: number): void {
    this.#deadlines[device] = deadline;
    this.#authEnds[device] = authEnds;
  }

  copy(device: number, from: Leases): void {
    this.set(device, from.#deadlines[device] ?? 0, from.#authEnds[device] ?? 0);
  }

  /** When the device expires; 0 for a device without a lease. */
  end(device: number): number {
    return Math.min(this.#deadlines[device] ?? 0, this.#authEnds[device] ?? 0);
  }

  /** When the device will have been silent for too long; 0 for a device without a lease. */
  deadline(device: number): number {
    return this.#deadlines[device] ?? 0;
  }

  setDeadline(device: number, deadline: number): void {
    this.#deadlines[device] = deadline;
  }

  authEnds(device: number): number {
    return this.#authEnds[device] ?? 0;
  }

  /** Whether the silence or the end of the session comes first. */
  reason(device: number): 'TIMEOUT' | 'AUTH_EXPIRED' {
    return (this.#deadlines[device] ?? 0) < this.authEnds(device) ? 'TIMEOUT' : 'AUTH_EXPIRED';
  }

  /** Replaces a lease that ends with its session, if the lease of another session lasts longer. @returns whether it did. */
  fallBack(device: number, others: Leases): boolean {
    if (this.reason(device) === 'TIMEOUT' || others.end(device) <= this.end(device)) return false;
    this.copy(device, others);
    return true;
  }

  /** The session was prolonged; it never ends earlier than before. */
  prolong(device: number, authEnds: number): void {
    this.#authEnds[device] = Math.max(this.authEnds(device), authEnds);
  }

  /** The clock was set back: no device stays online longer because of it. */
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
