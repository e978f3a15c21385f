import type { Clock } from '../../clock.js';
import { DomainError } from '../../errors.js';
import { isDevice } from '../../sessions/authorization.js';
import type { DeviceBinding } from '../../sessions/caller.js';
import type { Caller, EndedSessions, SessionRead } from '../../sessions/sessions.js';
import type { Events } from '../../streams/events.js';
import type { DeviceReport } from '../device-details.js';
import type { RecordedHeartbeats } from '../heartbeat-relay.js';
import { OfflineReason } from '../presence-event.entity.js';
import { OwnerChanges } from '../transitions/owner-changes.js';
import type { PresenceStore } from '../transitions/presence-store.js';
import type { TransitionLog } from '../transitions/transition-log.js';
import type { TransitionCounts } from '../transitions/transition-queue.js';
import { BeatFeed } from './beat-feed.js';
import type { Bindings } from './bindings.js';
import { DeviceEdits } from './device-edits.js';
import { FirstHeartbeats } from './first-heartbeats.js';
import { type CreatePresence, PresenceRecorder } from './presence-recorder.js';
import { RecentlyEndedSessions } from './recently-ended-sessions.js';
import { RowChanges } from './row-changes.js';
import { bindingOf } from './session-bindings.js';

/** The numbers of devices and heartbeats. Totals count from the start of the process. */
export interface PresenceCounts {
  /** Devices that are online, on any node. */
  readonly online: number;
  /** Devices in memory, online or not. */
  readonly known: number;
  /** In total, received by this node. */
  readonly heartbeats: number;
  /** First heartbeats of sessions, which wait for the database. */
  readonly waiting: number;
  /** In total, of all nodes. */
  readonly transitions: TransitionCounts;
}

/** @throws DomainError FORBIDDEN for the credential of another device. */
function requireOwnDevice(caller: Caller, { clientId }: DeviceReport): void {
  if (!isDevice(caller) || clientId === caller.deviceId) return;
  throw new DomainError('FORBIDDEN', 'The credential belongs to another device.', { field: 'deviceId' });
}

/**
 * Heartbeats and the presence that follows from them. A heartbeat of a known session writes to typed arrays and
 * nothing else; the database is written in batches. A device is its index in the table of devices, unless named an id.
 */
export class Heartbeats {
  /** Published by `announce`. */
  readonly ownerChanges: OwnerChanges;
  /** Notifies its subscribers when `announce` is called. */
  readonly feed: BeatFeed;
  readonly edits: DeviceEdits;
  readonly #recorder: PresenceRecorder;
  readonly #endedSessions = new RecentlyEndedSessions();
  readonly #rowChanges: RowChanges;
  readonly #firstHeartbeats: FirstHeartbeats;
  #lastSeenSavedAt: number;

  constructor(
    private readonly store: PresenceStore,
    private readonly bindings: Bindings,
    events: Events,
    private readonly clock: Clock,
    createPresence: CreatePresence,
  ) {
    this.ownerChanges = new OwnerChanges(store);
    this.#recorder = new PresenceRecorder(store, events, clock, createPresence);
    this.feed = new BeatFeed(this.#recorder, events);
    this.#rowChanges = new RowChanges(events, this.#recorder);
    this.edits = new DeviceEdits(this.#recorder, this.#rowChanges, events, clock);
    this.#firstHeartbeats = new FirstHeartbeats(
      bindings,
      this.#recorder,
      this.#rowChanges,
      this.#endedSessions,
      clock,
    );
    this.#lastSeenSavedAt = clock();
  }

  /** Milliseconds between two calls of `tick`. */
  get tickMs(): number {
    return this.#recorder.presence.tickMs;
  }

  get degraded(): boolean {
    return this.#recorder.presence.degraded;
  }

  get counts(): PresenceCounts {
    const { devices, heartbeats, transitions } = this.#recorder;
    return {
      online: devices.online,
      known: devices.size,
      heartbeats,
      waiting: this.bindings.waiting,
      transitions: transitions.counts,
    };
  }

  get log(): TransitionLog {
    return this.#recorder.transitions.log;
  }

  /** What a relay of heartbeats reads and adds to. */
  get recorded(): RecordedHeartbeats {
    const { devices, beats } = this.#recorder;
    return { devices, beats, clock: this.clock };
  }

  /** Restores the devices that were online when the previous process stopped. */
  restore(): Promise<void> {
    return this.#recorder.presence.restore();
  }

  /**
   * A heartbeat of the caller's device.
   * @returns the device's id: at once for a known session of a device that is online, else once it is online.
   * @throws DomainError UNAUTHENTICATED when the session has ended since the request was authenticated; FORBIDDEN for the
   * credential of another device; for a new device LIMIT_REACHED and THROTTLED, too.
   */
  beat(caller: Caller, report: DeviceReport): number | Promise<number> {
    this.#endedSessions.requireOpen(caller);
    requireOwnDevice(caller, report);
    const binding = bindingOf(caller, report.clientId);
    if (!binding || !this.#isCurrent(binding, caller, report)) {
      return this.#firstHeartbeats.beat(caller, report).then((id) => this.#onceOnline(id));
    }
    this.#recorder.count();
    this.#recorder.recordBeat(binding.device, caller);
    const id = this.#recorder.devices.idOf(binding.device);
    return this.#recorder.devices.isOnline(binding.device) ? id : this.#onceOnline(id);
  }

  /**
   * Reads a session whose token is sent with a heartbeat: in one statement with its device, for which it records the
   * heartbeat. A later call of `beat` finds the device in memory, or throws.
   * @param report with null for what the login has named.
   */
  sessionRead(report: DeviceReport): SessionRead {
    return this.#firstHeartbeats.sessionRead(report);
  }

  /** The latest version that the caller's device has reported; null if none. Known since its heartbeat. */
  versionOf(caller: Caller, clientId: string | null): string | null {
    return bindingOf(caller, clientId)?.clientVersion ?? null;
  }

  /** The ids of all devices that are online. */
  onlineIds(): Int32Array {
    return this.#recorder.devices.onlineIds();
  }

  /** Null for a device that has not been online since the process started. */
  ownerOf(deviceId: number): number | null {
    return this.#recorder.devices.ownerOf(this.#recorder.devices.intern(deviceId)) || null;
  }

  isOnline(deviceId: number): boolean {
    return this.#recorder.isOnline(deviceId);
  }

  /** In milliseconds since the Unix epoch; null when the device has not been seen since the process started. */
  lastSeen(deviceId: number): number | null {
    return this.#recorder.lastSeen(deviceId);
  }

  /** Expires overdue devices. Must be called every `tickMs`. */
  async tick(): Promise<void> {
    await this.#recorder.presence.tick();
    this.#recorder.transitions.publishSaved();
  }

  /** Reads the transitions of other nodes so far. */
  flush(): Promise<void> {
    return this.#recorder.presence.flush();
  }

  /** Takes the devices offline whose latest heartbeat was sent by an ended session. */
  async sessionsEnded({ ids, reason }: EndedSessions): Promise<void> {
    // Before the query: a device that is bound later fails this check, one bound earlier is found by the query.
    this.#endedSessions.add(ids, OfflineReason[reason]);
    for (const { device, sessionId } of await this.#recorder.latestSessions.devicesOf(ids)) {
      this.#recorder.presence.leave(device, sessionId, OfflineReason[reason]);
    }
  }

  /** @param seconds how often the device is expected to send a heartbeat; null for the interval of the gateway. */
  setInterval(deviceId: number, seconds: number | null): void {
    const device = this.#recorder.devices.intern(deviceId);
    this.#recorder.devices.setInterval(device, seconds ?? 0);
    this.#recorder.presence.adapt(device);
  }

  /** In milliseconds; 0 for the interval of the gateway. */
  ownIntervalOf(deviceId: number): number {
    return this.#recorder.devices.ownInterval(this.#recorder.devices.intern(deviceId));
  }

  /**
   * The devices of refreshed sessions stay online when the old tokens expire.
   * @param expiresAt the end of the new token of each session, in milliseconds.
   */
  async sessionsRefreshed(expiresAt: ReadonlyMap<string, number>): Promise<void> {
    for (const { device, sessionId } of await this.#recorder.latestSessions.devicesOf([
      ...expiresAt.keys(),
    ])) {
      this.#recorder.presence.prolong(device, expiresAt.get(sessionId) ?? 0);
    }
  }

  /** Saves and publishes transitions, heartbeats, and which sessions have taken over devices, since the last call. */
  async announce(): Promise<void> {
    this.#rowChanges.forgetSome();
    await this.#recorder.transitions.publish().finally(() => this.feed.publish());
    const saved = await this.#recorder.latestSessions.save();
    for (const device of saved) this.#recorder.recordChange(device);
    const owned = await this.ownerChanges.take();
    for (const change of owned) this.#recorder.presence.append({ ...change, online: true, at: this.clock() });
    if (saved.length + owned.length > 0) await this.#recorder.transitions.publish();
  }

  /** Saves the transitions of all nodes so far. After a failure the next call saves the rest. */
  saveTransitions(): Promise<void> {
    return this.#recorder.saveTransitions();
  }

  /** Saves when devices were seen since the last call. */
  async saveLastSeen(): Promise<void> {
    const now = this.clock();
    await this.store.saveLastSeen(this.#recorder.devices.seenSince(this.#lastSeenSavedAt), now);
    this.#lastSeenSavedAt = now;
  }

  /** Other nodes show a device online once they know of its heartbeat. */
  async #onceOnline(id: number): Promise<number> {
    if (!this.isOnline(id)) await this.#recorder.presence.flush();
    return id;
  }

  /** False for a new name or version, a device whose row has changed, and one that another session took over. */
  #isCurrent(binding: DeviceBinding, { sessionId }: Caller, report: DeviceReport): boolean {
    if (report.name !== null && report.name !== binding.name) return false;
    if (report.clientVersion !== null && report.clientVersion !== binding.clientVersion) return false;
    const { latestSessions } = this.#recorder;
    if (report.clientId !== null) return latestSessions.knows(binding.device);
    return latestSessions.has(binding.device, sessionId);
  }
}
