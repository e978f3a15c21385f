import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';
import type { Caller, EndedSessions } from '../sessions/sessions.js';
import { type Events, topic } from '../streams/events.js';
import { Bindings, type Hello } from './bindings.js';
import { BINDINGS } from './known-devices.js';
import { LatestSessions } from './latest-sessions.js';
import { Presence } from './presence/presence.js';
import { OfflineReason } from './presence-event.entity.js';
import type { PresenceStore } from './presence-store.js';
import { type Transition, TransitionLog } from './transition-log.js';

/** A device beat: the latest one of a tick. */
export interface Beat {
  readonly deviceId: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What the events port carries, by topic. */
export const TRANSITIONS = topic<readonly Transition[]>('device transitions');
export const BEATS = topic<readonly Beat[]>('device beats');

/** Ended sessions that are remembered: more than end while a request is under way. */
const REMEMBERED_ENDED = 100_000;

/** Transitions in one statement. */
const LARGEST_SAVING = 5000;

/** The device of a session that beats. */
interface Binding {
  readonly device: number;
  readonly clientVersion: string | null;
}

/**
 * The fleet's signs of life. A beat of a known session touches typed arrays and nothing else; the database sees
 * transitions and last-seen times in batches.
 */
export class Heartbeats {
  readonly log = new TransitionLog();
  readonly #presence: Presence;
  readonly #bindings = new WeakMap<Caller, Map<string, Binding>>();
  readonly #latest: LatestSessions;
  /** The latest binding of each device key that is under way; the next one waits for it. */
  readonly #binding = new Map<string, Promise<unknown>>();
  /** Sessions that were ended: a request that was let in before may come to its beat only now. */
  readonly #ended = new LRUCache<string, true>({ max: REMEMBERED_ENDED });
  readonly #beaten = new Set<number>();
  readonly #unsaved: Transition[] = [];
  #unannounced: Transition[] = [];
  /** The latest saving; the next one waits for it, lest it overtake. */
  #saving: Promise<unknown> = Promise.resolve();
  #savedSeenAt = 0;
  #beatTicks = 0;

  constructor(
    private readonly store: PresenceStore,
    private readonly binder: Bindings,
    private readonly events: Events,
    private readonly clock: Clock,
    intervalMs: number,
  ) {
    this.#presence = new Presence({ intervalMs }, clock());
    this.#latest = new LatestSessions(this.#presence, store);
    this.#savedSeenAt = clock();
  }

  /** Milliseconds between two calls of `tick`. */
  get tickMs(): number {
    return this.#presence.tickMs;
  }

  /** How often beats were told. */
  get beatTicks(): number {
    return this.#beatTicks;
  }

  get degraded(): boolean {
    return this.#presence.degraded;
  }

  /** Takes up what was online before the gateway was stopped or killed. */
  async restore(): Promise<void> {
    const { aliveAt, online } = await this.store.load();
    const now = this.clock();
    for (const { id, lastSeenAt, authEnds } of online) {
      // It is saved now and then that the gateway is alive: whoever was seen since proves it too.
      const aliveThen = Math.max(aliveAt, lastSeenAt);
      this.#presence.restore(this.#presence.intern(id), lastSeenAt, aliveThen, now, authEnds);
    }
  }

  /**
   * A sign of life of the caller's device.
   * @returns the device's id; at once when the session beat before, after a query at its first beat.
   * @throws DomainError UNAUTHENTICATED for a session that has ended since the request was let in.
   */
  beat(caller: Caller, hello: Hello): number | Promise<number> {
    this.#refuseEnded(caller);
    const binding = this.#bindings.get(caller)?.get(hello.clientId ?? '');
    if (!binding || !this.#holds(binding, caller, hello)) return this.#firstBeat(caller, hello);
    this.#touch(binding.device, caller);
    return this.#presence.idOf(binding.device);
  }

  /** The ids of all devices online now. */
  onlineIds(): Int32Array {
    return this.#presence.onlineIds();
  }

  /** When a device was last seen, in milliseconds; null when not since the start. */
  lastSeen(deviceId: number): number | null {
    return this.#presence.lastSeen(this.#presence.intern(deviceId)) || null;
  }

  isOnline(deviceId: number): boolean {
    return this.#presence.isOnline(this.#presence.intern(deviceId));
  }

  /** Finds who fell silent. Call it every `tickMs`. */
  tick(): void {
    const now = this.clock();
    for (const { device, reason } of this.#presence.tick(now)) {
      this.#record(device, false, OfflineReason[reason], now);
    }
  }

  /** Devices whose latest beat was by a session that ended are offline at once. */
  async sessionsEnded({ ids, reason }: EndedSessions): Promise<void> {
    // First: who is bound from here on finds it, who was bound before is found below.
    for (const id of ids) this.#ended.set(id, true);
    for (const device of await this.#latest.devicesOf(ids)) {
      if (this.#presence.leave(device)) this.#record(device, false, OfflineReason[reason], this.clock());
    }
  }

  /** Its devices need not beat again before the old token would have expired. */
  async sessionRefreshed(sessionId: string, endsAt: number): Promise<void> {
    for (const device of await this.#latest.devicesOf([sessionId])) this.#presence.prolong(device, endsAt);
  }

  /**
   * Saves and tells what happened since the last call, conflated: the latest beat of a device, every transition.
   * What is told has been saved; only what the database does not take now is told all the same, and saved with the
   * next call.
   */
  async announce(): Promise<void> {
    const transitions = this.#unannounced;
    this.#unannounced = [];
    await this.saveTransitions().finally(() => this.#tell(transitions));
  }

  #tell(transitions: readonly Transition[]): void {
    if (transitions.length > 0) {
      this.log.show(transitions.length);
      this.events.publish(TRANSITIONS, transitions);
    }
    if (this.#beaten.size > 0) {
      const beats = [...this.#beaten].map((device) => ({
        deviceId: this.#presence.idOf(device),
        at: this.#presence.lastSeen(device),
      }));
      this.#beaten.clear();
      this.#beatTicks += 1;
      this.events.publish(BEATS, beats);
    }
  }

  /** Writes the transitions of up to now that are not written yet; on a failure they stay for the next call. */
  async saveTransitions(): Promise<void> {
    const saving = this.#saving.then(() => this.#save());
    this.#saving = saving.catch(() => undefined);
    await saving;
  }

  async #save(): Promise<void> {
    for (let left = this.#unsaved.length; left > 0; ) {
      const some = this.#unsaved.slice(0, Math.min(left, LARGEST_SAVING));
      await this.store.saveTransitions(some);
      this.#unsaved.splice(0, some.length);
      left -= some.length;
    }
  }

  /** Writes who was seen since the last call, and by which session. */
  async saveSeen(): Promise<void> {
    const since = this.#savedSeenAt;
    const now = this.clock();
    await this.store.saveSeen(this.#presence.seenSince(since), now);
    this.#savedSeenAt = now;
    for (const id of await this.#latest.save()) this.events.publish(BINDINGS, id);
  }

  /** Whether the binding may still beat: another session may have taken a device without an id while it was silent. */
  #holds({ device, clientVersion }: Binding, { sessionId }: Caller, hello: Hello): boolean {
    const sameVersion = hello.clientVersion === null || hello.clientVersion === clientVersion;
    return sameVersion && (hello.clientId !== null || this.#latest.has(device, sessionId));
  }

  /** One at a time for each user and id, so that two first beats cannot make or take the same device. */
  async #firstBeat(caller: Caller, hello: Hello): Promise<number> {
    const key = JSON.stringify([caller.user.id, hello.clientId]);
    const turn = (this.#binding.get(key) ?? Promise.resolve()).then(() => this.#bindAndBeat(caller, hello));
    const settled = turn.catch(() => undefined);
    this.#binding.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#binding.get(key) === settled) this.#binding.delete(key);
    }
  }

  async #bindAndBeat(caller: Caller, hello: Hello): Promise<number> {
    const now = new Date(this.clock());
    const id = await this.binder.bind(caller, hello, now, (device) => this.isOnline(device));
    const device = this.#presence.intern(id);
    // It names this session now, also if its beat is refused.
    this.#latest.doubt(device, caller.sessionId);
    this.#refuseEnded(caller);
    this.events.publish(BINDINGS, id);
    const binding = { device, clientVersion: hello.clientVersion };
    const bindings = this.#bindings.get(caller) ?? new Map<string, Binding>();
    this.#bindings.set(caller, bindings.set(hello.clientId ?? '', binding));
    this.#touch(device, caller);
    return id;
  }

  #refuseEnded({ sessionId }: Caller): void {
    if (this.#ended.has(sessionId)) throw new DomainError('UNAUTHENTICATED', 'Your session has ended.');
  }

  #touch(device: number, { sessionId, expiresAt }: Caller): void {
    const now = this.clock();
    const isOther = this.#latest.set(device, sessionId);
    if (this.#presence.beat(device, now, expiresAt, isOther)) this.#record(device, true, null, now);
    this.#beaten.add(device);
  }

  #record(device: number, online: boolean, reason: OfflineReason | null, at: number): void {
    const transition = this.log.append({ deviceId: this.#presence.idOf(device), online, reason, at });
    this.#unsaved.push(transition);
    this.#unannounced.push(transition);
  }
}
