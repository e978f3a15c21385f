import type { Caller } from '../sessions/sessions.js';
import type { Device } from './device.entity.js';
import type { DeviceFilter } from './devices.js';
import { Feed } from './feed.js';
import { BEATS, type Beat } from './heartbeats.js';
import type { FeedSources } from './status-feed.js';

/** The latest beat of a device in a tick. */
export interface Heartbeat {
  readonly device: Device;
  readonly at: Date;
}

/** Beats as they come, conflated: a reader who is late gets the latest beat of each device, not all of them. */
export class BeatFeed extends Feed<Heartbeat[]> {
  #pending = new Map<number, number>();
  readonly #unsubscribe: () => void;

  constructor(
    private readonly sources: FeedSources,
    private readonly caller: Caller,
    private readonly filter: DeviceFilter,
  ) {
    super();
    this.#unsubscribe = sources.events.subscribe(BEATS, (beats) => this.#take(beats));
  }

  protected override async read(): Promise<Heartbeat[][]> {
    const pending = this.#pending;
    this.#pending = new Map();
    const { devices } = this.sources;
    const ids = await devices.narrow(this.caller, this.filter, [...pending.keys()]);
    const found = ids.length === 0 ? [] : await devices.pick(this.caller, this.filter, ids);
    if (found.length === 0) return [];
    return [found.map((device) => ({ device, at: new Date(pending.get(device.id) ?? 0) }))];
  }

  protected override close(): void {
    this.#unsubscribe();
  }

  #take(beats: readonly Beat[]): void {
    for (const { deviceId, at } of beats) this.#pending.set(deviceId, at);
    this.wake();
  }
}
