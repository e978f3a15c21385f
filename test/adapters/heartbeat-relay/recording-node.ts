import type { HeartbeatRelay, RecordedHeartbeats } from '../../../src/devices/heartbeat-relay.js';
import { BeatLog } from '../../../src/devices/presence/beat-log.js';
import { DeviceTable } from '../../../src/devices/presence/device-table.js';

export interface TestBeat {
  readonly id: number;
  readonly ownerId: number;
  readonly at: number;
}

/** A node that records heartbeats, and relays them. */
export class RecordingNode<R extends HeartbeatRelay> {
  readonly #devices = new DeviceTable();
  readonly #beats = new BeatLog();
  #offset = 0;
  readonly relay: R;

  /** @param clock in milliseconds. */
  constructor(createRelay: (recorded: RecordedHeartbeats) => R, clock = Date.now) {
    this.relay = createRelay({ devices: this.#devices, beats: this.#beats, clock });
  }

  /** Receives a heartbeat from a device. */
  beat({ id, ownerId, at }: TestBeat): void {
    const device = this.#devices.intern(id);
    this.#devices.setOwner(device, ownerId);
    this.#devices.setSeen(device, at);
    this.#beats.append(device, ownerId);
  }

  /** The latest heartbeats since the last call, as subscribers read them. */
  read(): TestBeat[] {
    const { devices, offset } = this.#beats.since(
      this.#offset,
      { ownerId: null, isSelected: () => true },
      Number.POSITIVE_INFINITY,
    );
    this.#offset = offset;
    return devices.map((device) => ({
      id: this.#devices.idOf(device),
      ownerId: this.#devices.ownerOf(device),
      at: this.#devices.lastSeen(device),
    }));
  }

  /** The ids of the devices whose last-seen times this node saves. */
  saved(): number[] {
    return [...this.#devices.seenSince(1)].map(({ id }) => id);
  }
}
