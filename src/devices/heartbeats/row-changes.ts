import type { Events } from '../../streams/events.js';
import { BINDINGS } from '../known-devices.js';
import type { PresenceRecorder } from './presence-recorder.js';

/** Devices that are forgotten together when any may have changed: a first heartbeat costs more than a later one. */
const BATCH_SIZE = 1000;

/** A read of a row that is under way, and what has changed since it began. */
interface Read {
  readonly changed: Set<number>;
  /** Whether events were missed. */
  mayBeAny: boolean;
}

/**
 * Changes of the rows of devices that the heartbeats of this node did not make. The node forgets the session of such a
 * device, so that its next heartbeat reads the row. A device is its index in the table of devices.
 */
export class RowChanges {
  readonly #reads = new Set<Read>();
  /** The devices below it may have changed. */
  #unforgotten = 0;

  constructor(
    events: Events,
    private readonly recorder: PresenceRecorder,
  ) {
    events.subscribeToOthers(BINDINGS, (id) => {
      if (id !== null) {
        this.add(recorder.devices.intern(id));
        return;
      }
      this.#unforgotten = recorder.devices.size;
      for (const read of this.#reads) read.mayBeAny = true;
    });
  }

  /** The row of a device was changed or deleted. */
  add(device: number): void {
    this.recorder.latestSessions.forget(device);
    this.recorder.presence.forget(device);
    for (const { changed } of this.#reads) changed.add(device);
  }

  /** Forgets some of the devices that may have changed while the events of other nodes were missed. */
  forgetSome(): void {
    const end = Math.max(0, this.#unforgotten - BATCH_SIZE);
    while (this.#unforgotten > end) {
      this.#unforgotten -= 1;
      this.recorder.latestSessions.forget(this.#unforgotten);
    }
  }

  /** @param readRow is given whether a device may have changed since the call. */
  async during<T>(readRow: (mayHaveChanged: (device: number) => boolean) => Promise<T>): Promise<T> {
    const read: Read = { changed: new Set(), mayBeAny: false };
    this.#reads.add(read);
    try {
      return await readRow((device) => read.mayBeAny || read.changed.has(device));
    } finally {
      this.#reads.delete(read);
    }
  }
}
