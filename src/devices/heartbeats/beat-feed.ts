import { type Events, topic } from '../../streams/events.js';
import type { DeviceSelection } from '../device-filter.js';
import type { PresenceRecorder } from './presence-recorder.js';

const BEATS = topic<null>('device heartbeats');

/** The latest heartbeats, for those who follow them. */
export class BeatFeed {
  #published = 0;

  constructor(
    private readonly recorder: PresenceRecorder,
    private readonly events: Events,
  ) {}

  /** The offset of the latest heartbeat, for `since`. */
  get offset(): number {
    return this.recorder.beats.offset;
  }

  /**
   * The latest heartbeats after an offset, at most one of each device, oldest first. The owner of a selection must have
   * been followed with `onBeats` since the offset.
   * @returns device id → milliseconds since the Unix epoch, and the offset to read on from.
   */
  since(
    offset: number,
    { ownerId, mayMatch }: Pick<DeviceSelection, 'ownerId' | 'mayMatch'>,
    limit: number,
  ): { readonly latest: ReadonlyMap<number, number>; readonly offset: number } {
    const { devices } = this.recorder;
    const isSelected = (device: number, owner: number) => mayMatch(devices.idOf(device), owner);
    const beats = this.recorder.beats.since(offset, { ownerId, isSelected }, limit);
    const latest = beats.devices.map((device) => [devices.idOf(device), devices.lastSeen(device)] as const);
    return { latest: new Map(latest), offset: beats.offset };
  }

  /**
   * Calls back after heartbeats, at most once per call of `publish`.
   * @param ownerId null for those of all devices.
   * @returns a function that ends the notifications.
   */
  onBeats(ownerId: number | null, listener: () => void): () => void {
    if (ownerId === null) return this.events.subscribe(BEATS, listener);
    return this.recorder.beats.followedOwners.follow(ownerId, listener);
  }

  /** Notifies subscribers of the heartbeats since the last call. */
  publish(): void {
    if (this.#published === this.offset) return;
    this.#published = this.offset;
    this.events.publish(BEATS, null);
    this.recorder.beats.followedOwners.announce();
  }
}
