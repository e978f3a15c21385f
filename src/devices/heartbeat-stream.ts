import type { Caller } from '../sessions/sessions.js';
import type { Batch, LiveSource } from '../streams/event-stream.js';
import type { Device } from './device.entity.js';
import type { DeviceFilter } from './device-filter.js';
import { deviceScope } from './devices.js';
import { BEATS } from './heartbeats.js';
import type { LiveServices } from './status-stream.js';

/** The latest beat of a device in a tick. */
export interface Heartbeat {
  readonly device: Device;
  readonly at: Date;
}

/** Beats as they come, conflated: a reader who is late gets the latest beat of each device, not all of them. */
export class BeatSource implements LiveSource<Heartbeat[]> {
  readonly scope: string;
  #pending = new Map<number, number>();

  constructor(
    private readonly services: LiveServices,
    private readonly caller: Caller,
    private readonly filter: DeviceFilter,
  ) {
    this.scope = deviceScope(caller);
  }

  async open(): Promise<Batch<Heartbeat[]>> {
    return { events: [], place: this.services.heartbeats.beatTicks };
  }

  async after(): Promise<Batch<Heartbeat[]>> {
    const pending = this.#pending;
    this.#pending = new Map();
    const place = this.services.heartbeats.beatTicks;
    const { devices, heartbeats } = this.services;
    const ids = await devices.narrow(this.caller, this.filter, [...pending.keys()]);
    const found = await devices.follow(this.caller, this.filter, ids);
    const beats = found.map((device) => ({
      device: { ...device, online: heartbeats.isOnline(device.id) },
      at: new Date(pending.get(device.id) ?? 0),
    }));
    return { events: beats.length === 0 ? [] : [{ event: beats, place }], place };
  }

  onNews(listener: () => void): () => void {
    return this.services.events.subscribe(BEATS, (beats) => {
      for (const { deviceId, at } of beats) this.#pending.set(deviceId, at);
      listener();
    });
  }
}
