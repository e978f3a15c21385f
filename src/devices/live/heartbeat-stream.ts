import type { Caller } from '../../sessions/sessions.js';
import { type Batch, EventStream } from '../../streams/event-stream.js';
import { type DeviceFilter, type DeviceSelection, selectDevices } from '../device-filter.js';
import { deviceScope } from '../devices.js';
import type { HeartbeatRelay } from '../heartbeat-relay.js';
import type { CachedDevice } from '../known-devices.js';
import type { LiveServices } from './status-stream.js';

export interface Heartbeat {
  readonly device: CachedDevice;
  readonly at: Date;
}

export interface HeartbeatServices extends Pick<LiveServices, 'heartbeats' | 'devices'> {
  readonly heartbeatRelay: HeartbeatRelay;
}

/** Heartbeats of one event. A whole fleet may have beaten while events could not be read. */
export const MAX_HEARTBEATS = 500;

/** Heartbeats, conflated: a subscriber receives the latest heartbeat of each device, however late it reads. */
export class HeartbeatStream extends EventStream<Heartbeat[]> {
  readonly scope: string;
  readonly #selection: DeviceSelection;

  constructor(
    private readonly services: HeartbeatServices,
    caller: Caller,
    filter: DeviceFilter,
  ) {
    super();
    this.scope = deviceScope(caller);
    this.#selection = selectDevices(caller, filter);
  }

  async open(): Promise<Batch<Heartbeat[]>> {
    return { publications: [], offset: this.services.heartbeats.feed.offset, status: 'current' };
  }

  async since(offset: number): Promise<Batch<Heartbeat[]>> {
    const { devices, heartbeats } = this.services;
    const { latest, offset: reached } = heartbeats.feed.since(offset, this.#selection, MAX_HEARTBEATS);
    const status = reached < heartbeats.feed.offset ? 'behind' : 'current';
    // A heartbeat may come from another node before the transition that it has caused.
    if ([...latest.keys()].some((id) => !heartbeats.isOnline(id))) await heartbeats.flush();
    const known = await devices.findCached([...latest.keys()]);
    const beats = known.filter(this.#selection.matches).map((device) => ({
      device: { ...device, online: heartbeats.isOnline(device.id) },
      at: new Date(latest.get(device.id) ?? 0),
    }));
    const publications = beats.length === 0 ? [] : [{ event: beats, offset: reached }];
    return { publications, offset: reached, status };
  }

  onAppend(listener: () => void): () => void {
    const unsubscribe = this.services.heartbeats.feed.onBeats(this.#selection.ownerId, listener);
    const unfollow = this.services.heartbeatRelay.follow();
    return () => {
      unsubscribe();
      unfollow();
    };
  }
}
