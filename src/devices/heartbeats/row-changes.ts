import type { Events } from '../../streams/events.js';
import { BINDINGS } from '../known-devices.js';
import type { DeviceTable } from '../presence/device-table.js';
import type { LatestSessions } from './latest-sessions.js';

/** Devices that are forgotten together when any may have changed: a first heartbeat costs more than a later one. */
const BATCH_SIZE = 1000;

/**
 * Changes of the rows of devices that the heartbeats of this node did not make. The node forgets the session of such a
 * device, so that its next heartbeat reads the row. A device is its index in the table of devices.
 */
export class RowChanges {
  /** For each read under way, the devices that have changed since it began. */
  readonly #reads = new Set<Set<number>>();
  /** The devices below it may have changed. */
  #unforgotten = 0;

  constructor(
    events: Events,
    devices: DeviceTable,
    private readonly latestSessions: LatestSessions,
  ) {
    events.subscribeToOthers(BINDINGS, (id) => {
      if (id === null) this.#unforgotten = devices.size;
      else this.add(devices.intern(id));
    });
  }

  /** The row of a device was changed or deleted. */
  add(device: number): void {
    this.latestSessions.forget(device);
    for (const changed of this.#reads) changed.add(device);
  }

  /** Forgets some of the devices that may have changed while the events of other nodes were missed. */
  forgetSome(): void {
    const end = Math.max(0, this.#unforgotten - BATCH_SIZE);
    while (this.#unforgotten > end) {
      this.#unforgotten -= 1;
      this.latestSessions.forget(this.#unforgotten);
    }
  }

  /** @param read reads a row, and is given the devices that have changed since the call. */
  async during<T>(read: (changed: ReadonlySet<number>) => Promise<T>): Promise<T> {
    const changed = new Set<number>();
    this.#reads.add(changed);
    try {
      return await read(changed);
    } finally {
      this.#reads.delete(changed);
    }
  }
}
