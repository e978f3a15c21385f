import type { Events } from '../adapters/events/port.js';
import type { Caller } from '../sessions/sessions.js';
import type { Device } from './device.entity.js';
import type { DeviceFilter, Devices } from './devices.js';
import { Feed } from './feed.js';
import { type Heartbeats, TRANSITIONS } from './heartbeats.js';
import type { OfflineReason } from './presence-event.entity.js';
import type { Transition } from './transition-log.js';

export enum DeviceStatusKind {
  SNAPSHOT = 'SNAPSHOT',
  ONLINE = 'ONLINE',
  OFFLINE = 'OFFLINE',
  RESET = 'RESET',
}

/** One thing a reader of device status is told. */
export interface DeviceStatusEvent {
  readonly kind: DeviceStatusKind;
  /** Where to go on after this event. */
  readonly cursor: string;
  readonly at: Date;
  /** All that are online (SNAPSHOT). */
  readonly devices: readonly Device[] | null;
  /** The one that changed (ONLINE, OFFLINE). */
  readonly device: Device | null;
  readonly reason: OfflineReason | null;
}

/** What a feed stands on. */
export interface FeedSources {
  readonly heartbeats: Heartbeats;
  readonly devices: Devices;
  readonly events: Events;
  readonly clock: () => number;
}

/**
 * Which devices are online: a snapshot, then every transition once, in order. A reader that comes back with a
 * cursor is told what it missed; if that is not kept any more, RESET and a new snapshot.
 */
export class StatusFeed extends Feed<DeviceStatusEvent> {
  /** The next transition to look at; null before the snapshot. */
  #offset: number | null;
  /** Told once, before the snapshot. */
  #reset: boolean;
  readonly #unsubscribe: () => void;

  /** @throws DomainError INVALID_INPUT for a cursor that never was one. */
  constructor(
    private readonly sources: FeedSources,
    private readonly caller: Caller,
    private readonly filter: DeviceFilter,
    since: string | null,
  ) {
    super();
    this.#offset = since === null ? null : sources.heartbeats.log.resume(since);
    this.#reset = since !== null && this.#offset === null;
    this.#unsubscribe = sources.events.subscribe(TRANSITIONS, () => this.wake());
  }

  protected override async read(): Promise<DeviceStatusEvent[]> {
    const { log } = this.sources.heartbeats;
    const missed = this.#offset === null ? null : log.since(this.#offset);
    if (missed === null) {
      const reset = this.#reset || this.#offset !== null;
      this.#reset = false;
      return this.#snapshot(reset);
    }
    this.#offset = log.length;
    const events: DeviceStatusEvent[] = [];
    for (const batch of withoutRepeats(missed)) events.push(...(await this.#present(batch)));
    return events;
  }

  protected override close(): void {
    this.#unsubscribe();
  }

  async #snapshot(reset: boolean): Promise<DeviceStatusEvent[]> {
    const { heartbeats, devices, clock } = this.sources;
    // The place and the state in it are taken together, before anything else can happen.
    this.#offset = heartbeats.log.length;
    const cursor = heartbeats.log.cursor(this.#offset);
    const online = [...heartbeats.onlineIds()];
    const at = new Date(clock());
    const ids = await devices.narrow(this.caller, this.filter, online);
    const found = await devices.pick(this.caller, this.filter, ids);
    for (const device of found) device.online = true;
    const snapshot = { cursor, at, device: null, reason: null };
    return [
      ...(reset ? [{ ...snapshot, kind: DeviceStatusKind.RESET, devices: null }] : []),
      { ...snapshot, kind: DeviceStatusKind.SNAPSHOT, devices: found },
    ];
  }

  async #present(transitions: readonly Transition[]): Promise<DeviceStatusEvent[]> {
    const { heartbeats, devices } = this.sources;
    const ids = transitions.map(({ deviceId }) => deviceId);
    const found = new Map(
      (await devices.pick(this.caller, this.filter, ids)).map((device) => [device.id, device]),
    );
    return transitions.flatMap(({ offset, deviceId, online, reason, at }) => {
      const device = found.get(deviceId);
      if (!device) return [];
      device.online = online;
      const kind = online ? DeviceStatusKind.ONLINE : DeviceStatusKind.OFFLINE;
      return {
        kind,
        cursor: heartbeats.log.cursor(offset + 1),
        at: new Date(at),
        devices: null,
        device,
        reason,
      };
    });
  }
}

/** Runs in which no device stands twice, so that each event has a device of its own to show. */
function* withoutRepeats(transitions: readonly Transition[]): Generator<Transition[]> {
  let run: Transition[] = [];
  let seen = new Set<number>();
  for (const transition of transitions) {
    if (seen.has(transition.deviceId)) {
      yield run;
      run = [];
      seen = new Set();
    }
    run.push(transition);
    seen.add(transition.deviceId);
  }
  if (run.length > 0) yield run;
}
