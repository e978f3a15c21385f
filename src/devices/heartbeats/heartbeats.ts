import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.js';
import { DomainError } from '../../errors.js';
import type { DeviceBinding } from '../../sessions/caller.js';
import type { Caller, EndedSessions, SessionRead } from '../../sessions/sessions.js';
import { type Events, topic } from '../../streams/events.js';
import type { DeviceReport } from '../device-details.js';
import type { DeviceSelection } from '../device-filter.js';
import { KeyedQueue } from '../keyed-queue.js';
import { BINDINGS } from '../known-devices.js';
import { BeatLog } from '../presence/beat-log.js';
import { DeviceTable } from '../presence/device-table.js';
import type { Presence, PresenceChange, PresenceOptions } from '../presence.js';
import { OfflineReason } from '../presence-event.entity.js';
import { OwnerChanges } from '../transitions/owner-changes.js';
import type { PresenceStore } from '../transitions/presence-store.js';
import type { TransitionLog } from '../transitions/transition-log.js';
import { TransitionQueue } from '../transitions/transition-queue.js';
import type { Bindings, BoundDevice, WrittenDevice } from './bindings.js';
import { LatestSessions } from './latest-sessions.js';
import { bindingOf, rememberBinding } from './session-bindings.js';

const BEATS = topic<null>('device heartbeats');

/** Ended sessions in memory: more than can end while one request is handled. */
const ENDED_SESSIONS = 100_000;

/** Creates the presence of the devices in a table. */
export type CreatePresence = (options: Omit<PresenceOptions, 'intervalMs'>) => Presence;

/**
 * Heartbeats and the presence that follows from them. A heartbeat of a known session writes to typed arrays and
 * nothing else; the database is written in batches. A device is its index in the table of devices, unless named an id.
 */
export class Heartbeats {
  /** Published by `announce`. */
  readonly ownerChanges: OwnerChanges;
  readonly #transitions: TransitionQueue;
  readonly #beats = new BeatLog();
  readonly #devices = new DeviceTable();
  readonly #presence: Presence;
  readonly #latestSessions: LatestSessions;
  /** By user and client id: two first heartbeats must not create or take over the same device. */
  readonly #binds = new KeyedQueue<string>();
  /** A request that was authenticated before its session ended may arrive here after it. */
  readonly #endedSessions = new LRUCache<string, OfflineReason>({
    // Grows as it fills. With `max`, the library would allocate the whole of it at the start.
    maxSize: ENDED_SESSIONS,
    sizeCalculation: () => 1,
  });
  /** The sessions of deleted devices may still beat, for a new device then. */
  readonly #deleted = new Set<number>();
  #announcedBeats = 0;
  #lastSeenSavedAt: number;

  constructor(
    private readonly store: PresenceStore,
    private readonly binder: Bindings,
    private readonly events: Events,
    private readonly clock: Clock,
    createPresence: CreatePresence,
  ) {
    this.#transitions = new TransitionQueue(store, events);
    this.ownerChanges = new OwnerChanges(store);
    this.#presence = createPresence({
      devices: this.#devices,
      onChange: (change) => this.#recordTransition(change),
    });
    this.#latestSessions = new LatestSessions(this.#devices, store);
    this.#lastSeenSavedAt = clock();
  }

  /** Milliseconds between two calls of `tick`. */
  get tickMs(): number {
    return this.#presence.tickMs;
  }

  get degraded(): boolean {
    return this.#presence.degraded;
  }

  get log(): TransitionLog {
    return this.#transitions.log;
  }

  /** The offset of the latest heartbeat, for `beatsSince`. */
  get beatOffset(): number {
    return this.#beats.offset;
  }

  /**
   * The latest heartbeats after an offset, at most one of each device, oldest first. The owner of a selection must have
   * been followed with `onBeats` since the offset.
   * @returns device id → milliseconds since the Unix epoch, and the offset to read on from.
   */
  beatsSince(
    offset: number,
    { ownerId, mayMatch }: Pick<DeviceSelection, 'ownerId' | 'mayMatch'>,
    limit: number,
  ): { readonly latest: ReadonlyMap<number, number>; readonly offset: number } {
    const isSelected = (device: number, owner: number) => mayMatch(this.#devices.idOf(device), owner);
    const beats = this.#beats.since(offset, { ownerId, isSelected }, limit);
    const latest = beats.devices.map(
      (device) => [this.#devices.idOf(device), this.#devices.lastSeen(device)] as const,
    );
    return { latest: new Map(latest), offset: beats.offset };
  }

  /**
   * Calls back after heartbeats, at most once per call of `announce`.
   * @param ownerId null for those of all devices.
   * @returns a function that ends the notifications.
   */
  onBeats(ownerId: number | null, listener: () => void): () => void {
    if (ownerId === null) return this.events.subscribe(BEATS, listener);
    return this.#beats.followedOwners.follow(ownerId, listener);
  }

  /** Restores the devices that were online when the previous process stopped. */
  async restore(): Promise<void> {
    const { aliveAt, online } = await this.store.load();
    for (const { id, userId, lastSeenAt: seenAt, authEnds } of online) {
      const device = this.#devices.intern(id);
      this.#devices.setOwner(device, userId);
      // `aliveAt` is saved at intervals; a later heartbeat proves as well that the process was alive.
      this.#presence.restore(device, { seenAt, aliveAt: Math.max(aliveAt, seenAt), authEnds });
    }
  }

  /**
   * A heartbeat of the caller's device.
   * @returns the device's id: at once for a known session, after a query for its first heartbeat.
   * @throws DomainError UNAUTHENTICATED when the session has ended since the request was authenticated; for a new
   * device LIMIT_REACHED and THROTTLED, too.
   */
  beat(caller: Caller, report: DeviceReport): number | Promise<number> {
    this.#requireOpen(caller);
    const binding = bindingOf(caller, report.clientId);
    if (!binding || !this.#isCurrent(binding, caller, report)) return this.#firstBeat(caller, report);
    this.#recordBeat(binding.device, caller);
    return this.#devices.idOf(binding.device);
  }

  /**
   * Reads a session whose token is sent with a heartbeat: in one statement with its device, for which it records the
   * heartbeat. A later call of `beat` finds the device in memory, or throws what is to throw.
   * @param report null where the device is what its login told.
   */
  sessionRead(report: DeviceReport): SessionRead {
    return async (hash, toCaller) => {
      const found = await this.binder.bindByToken(hash, report, new Date(this.clock()), this);
      if (!found) return null;
      const caller = toCaller(found.caller);
      if (found.bound) this.#beatFirst(caller, report.clientId ?? caller.deviceId, found.bound);
      return caller;
    };
  }

  /** The latest version that the caller's device has reported; null if none. Known since its heartbeat. */
  versionOf(caller: Caller, clientId: string | null): string | null {
    return bindingOf(caller, clientId)?.clientVersion ?? null;
  }

  /** The ids of all devices that are online. */
  onlineIds(): Int32Array {
    return this.#devices.onlineIds();
  }

  /** Null for a device that has not been online since the process started. */
  ownerOf(deviceId: number): number | null {
    return this.#devices.ownerOf(this.#devices.intern(deviceId)) || null;
  }

  isOnline(deviceId: number): boolean {
    return this.#devices.isOnline(this.#devices.intern(deviceId));
  }

  /** In milliseconds since the Unix epoch; null when the device has not been seen since the process started. */
  lastSeen(deviceId: number): number | null {
    return this.#devices.lastSeen(this.#devices.intern(deviceId)) || null;
  }

  /** Expires overdue devices. Must be called every `tickMs`. */
  tick(): void {
    this.#presence.tick();
  }

  /** Takes the devices offline whose latest heartbeat was sent by an ended session. */
  async sessionsEnded({ ids, reason }: EndedSessions): Promise<void> {
    // Before the query: a device that is bound later fails this check, one bound earlier is found by the query.
    for (const id of ids) this.#endedSessions.set(id, OfflineReason[reason]);
    for (const device of await this.#latestSessions.devicesOf(ids)) {
      this.#presence.leave(device, OfflineReason[reason]);
    }
  }

  /** The rows of these devices are gone: their sessions beat for new devices from now on. */
  devicesDeleted(ids: readonly number[]): void {
    for (const id of ids) {
      const device = this.#devices.intern(id);
      this.#deleted.add(device);
      this.#presence.leave(device, null);
      this.events.publish(BINDINGS, id);
    }
  }

  /** The devices of a refreshed session stay online when its old token expires. */
  async sessionRefreshed(sessionId: string, endsAt: number): Promise<void> {
    for (const device of await this.#latestSessions.devicesOf([sessionId])) {
      this.#presence.prolong(device, endsAt);
    }
  }

  /** Saves and publishes transitions, heartbeats, and which sessions have taken over devices, since the last call. */
  async announce(): Promise<void> {
    await this.#transitions.publish().finally(() => this.#publishBeats());
    const saved = await this.#latestSessions.save();
    for (const device of saved) this.#recordChange(device);
    const owned = await this.ownerChanges.take();
    for (const change of owned) this.log.appendOwnerChange({ ...change, online: true, at: this.clock() });
    if (saved.length + owned.length > 0) await this.#transitions.publish();
  }

  /** The ids of devices that are online, though the database does not have it yet. */
  unsavedOnline(): number[] {
    return this.#transitions.unsavedOnline();
  }

  /** Saves the transitions so far. After a failure the next call saves the rest. */
  saveTransitions(): Promise<void> {
    return this.#transitions.save();
  }

  /** Saves when devices were seen since the last call. */
  async saveLastSeen(): Promise<void> {
    const now = this.clock();
    await this.store.saveLastSeen(this.#devices.seenSince(this.#lastSeenSavedAt), now);
    this.#lastSeenSavedAt = now;
  }

  #publishBeats(): void {
    if (this.#announcedBeats === this.#beats.offset) return;
    this.#announcedBeats = this.#beats.offset;
    this.events.publish(BEATS, null);
    this.#beats.followedOwners.announce();
  }

  /** False for a new name or version, a deleted device, and one without a client id that another session took over. */
  #isCurrent(binding: DeviceBinding, { sessionId }: Caller, report: DeviceReport): boolean {
    if (this.#deleted.has(binding.device)) return false;
    if (report.name !== null && report.name !== binding.name) return false;
    if (report.clientVersion !== null && report.clientVersion !== binding.clientVersion) return false;
    return report.clientId !== null || this.#latestSessions.has(binding.device, sessionId);
  }

  #firstBeat(caller: Caller, report: DeviceReport): Promise<number> {
    const key = JSON.stringify([caller.user.id, report.clientId]);
    return this.#binds.run(key, () => this.#bindAndBeat(caller, report));
  }

  async #bindAndBeat(caller: Caller, report: DeviceReport): Promise<number> {
    const now = new Date(this.clock());
    const bound = await this.binder.bind(caller, report, now, this);
    this.#beatFirst(caller, report.clientId, bound);
    return bound.id;
  }

  /** @throws DomainError UNAUTHENTICATED when the session has ended meanwhile. */
  #beatFirst(caller: Caller, clientId: string | null, bound: BoundDevice): void {
    const device = this.#devices.intern(bound.id);
    this.#devices.setOwner(device, caller.user.id);
    // The row names this session now, even if the heartbeat is refused below.
    this.#latestSessions.markUnsaved(device, caller.sessionId);
    if (bound.isWritten) this.#recordChange(bound);
    const end = this.#endedSessions.get(caller.sessionId);
    if (end === undefined || bound.isOnline) this.#recordBeat(device, caller, bound.isOnline);
    if (end !== undefined && bound.isOnline) this.#presence.leave(device, end);
    this.#requireOpen(caller);
    const { name, clientVersion } = bound;
    rememberBinding(caller, { clientId, device, name, clientVersion });
  }

  #requireOpen({ sessionId }: Caller): void {
    if (this.#endedSessions.has(sessionId)) {
      throw new DomainError('UNAUTHENTICATED', 'Your session has ended.');
    }
  }

  /** @param isSaved whether the database has the device online already. */
  #recordBeat(device: number, { sessionId, expiresAt, user }: Caller, isSaved = false): void {
    const isOther = this.#latestSessions.set(device, sessionId);
    this.#presence.beat(device, expiresAt, isOther, isSaved);
    this.#beats.append(device, user.id);
  }

  /** Announces that the row of a device was written. */
  #recordChange({ id, before }: WrittenDevice): void {
    this.events.publish(BINDINGS, id);
    if (before === null) return;
    this.#transitions.addChange({ deviceId: id, online: this.isOnline(id), before, at: this.clock() });
  }

  #recordTransition({ device, isSaved, ...change }: PresenceChange): void {
    const transition = { deviceId: this.#devices.idOf(device), ...change };
    if (isSaved) this.#transitions.addSaved(transition);
    else this.#transitions.add(transition);
  }
}
