import type { Clock } from '../clock.js';
import type { BeatLog } from './presence/beat-log.js';
import type { DeviceTable } from './presence/device-table.js';

/** Adds the heartbeats that other nodes receive to those of this node, while it has subscribers. */
export interface HeartbeatRelay {
  /**
   * Relays the heartbeats of other nodes from now on. They come some tenths of a second after they were received, and are
   * missed while nodes cannot reach each other.
   * @returns a function that ends it, unless there are other followers.
   */
  follow(): () => void;
}

/** What an adapter is made with: the heartbeats of this node, to which it adds those of others. */
export interface RecordedHeartbeats {
  readonly devices: DeviceTable;
  readonly beats: BeatLog;
  readonly clock: Clock;
}
