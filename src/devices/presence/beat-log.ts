import { FollowedOwners } from './followed-owners.js';
import { growArray } from './grow-array.js';

const NONE = -1;
const FIRST_CAPACITY = 1024;

export interface BeatSelection {
  /** The owner of all selected devices, who must have been followed since the offset; null if there may be several. */
  readonly ownerId: number | null;
  readonly isSelected: (device: number, ownerId: number) => boolean;
}

/**
 * The latest heartbeat of each device, in order: a doubly linked list through typed arrays. A heartbeat moves its
 * device to the end, without an allocation, and a read visits only the devices that have beaten since its offset.
 * A device is its index in the table of devices.
 */
export class BeatLog {
  #offset = 0;
  /** The offset of the latest heartbeat of each device; 0 for none. */
  #offsets = new Float64Array(FIRST_CAPACITY);
  #previous = new Int32Array(FIRST_CAPACITY);
  #next = new Int32Array(FIRST_CAPACITY);
  #owners = new Int32Array(FIRST_CAPACITY);
  #latest = NONE;
  readonly followedOwners = new FollowedOwners();

  /** Counts the heartbeats. */
  get offset(): number {
    return this.#offset;
  }

  append(device: number, ownerId: number): void {
    if (device >= this.#offsets.length) this.#grow(Math.max(device + 1, this.#offsets.length * 2));
    this.#offset += 1;
    if (device !== this.#latest) this.#moveToEnd(device);
    this.#offsets[device] = this.#offset;
    this.#owners[device] = ownerId;
    this.followedOwners.append(device, ownerId, this.#offset);
  }

  /**
   * The selected devices that have beaten after an offset, in the order of their latest heartbeats, and the offset to
   * read on from.
   * @param limit how many devices to return, the oldest ones.
   */
  since(
    offset: number,
    { ownerId, isSelected }: BeatSelection,
    limit: number,
  ): { readonly devices: readonly number[]; readonly offset: number } {
    const beaten = ownerId === null ? this.#since(offset) : this.followedOwners.since(ownerId, offset);
    const devices = beaten.filter((device) => isSelected(device, this.#owners[device] ?? 0));
    const oldest = devices.slice(0, limit);
    const last = oldest.at(-1) ?? NONE;
    const reached = oldest.length < devices.length ? this.#offsets[last] : undefined;
    return { devices: oldest, offset: reached ?? this.#offset };
  }

  #since(offset: number): number[] {
    const devices: number[] = [];
    for (let device = this.#latest; device !== NONE; device = this.#previous[device] ?? NONE) {
      if ((this.#offsets[device] ?? 0) <= offset) break;
      devices.push(device);
    }
    return devices.reverse();
  }

  #moveToEnd(device: number): void {
    if (this.#offsets[device] !== 0) this.#unlink(device);
    if (this.#latest !== NONE) this.#next[this.#latest] = device;
    this.#previous[device] = this.#latest;
    this.#next[device] = NONE;
    this.#latest = device;
  }

  #unlink(device: number): void {
    const [previous, next] = [this.#previous[device] ?? NONE, this.#next[device] ?? NONE];
    if (previous !== NONE) this.#next[previous] = next;
    // The latest device is never unlinked, so there is a next one.
    this.#previous[next] = previous;
  }

  #grow(length: number): void {
    this.#offsets = growArray(this.#offsets, length, Float64Array);
    this.#previous = growArray(this.#previous, length, Int32Array);
    this.#next = growArray(this.#next, length, Int32Array);
    this.#owners = growArray(this.#owners, length, Int32Array);
  }
}
