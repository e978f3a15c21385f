import type { DeviceTable } from '../presence/device-table.js';
import type { PresenceStore } from '../transitions/presence-store.js';
import type { WrittenDevice } from './bindings.js';

/** A device, and the session of its latest heartbeat. */
export interface SessionDevice {
  readonly device: number;
  readonly sessionId: string;
}

/**
 * The session of each device's latest heartbeat: when it ends, the device goes offline; when another one ends, it
 * does not. The database may lag behind while several sessions beat for one device. A device is its index in the
 * table of devices.
 */
export class LatestSessions {
  /** By device; undefined before its first heartbeat, and after `forget`: the database has the answer. */
  readonly #latest: (string | undefined)[] = [];
  /** Devices for which the database may name another session. */
  readonly #unsaved = new Set<number>();

  constructor(
    private readonly devices: DeviceTable,
    private readonly store: PresenceStore,
  ) {}

  knows(device: number): boolean {
    return this.#latest[device] !== undefined;
  }

  has(device: number, sessionId: string): boolean {
    return this.#latest[device] === sessionId;
  }

  /** From now on, the row of the device decides. */
  forget(device: number): void {
    if (!this.knows(device)) return;
    this.#latest[device] = undefined;
    this.#unsaved.delete(device);
  }

  /** @returns whether the session differs from the one before. */
  set(device: number, sessionId: string): boolean {
    if (this.has(device, sessionId)) return false;
    this.markUnsaved(device, sessionId);
    this.#latest[device] = sessionId;
    return true;
  }

  /** The database may name this session from now on, though the device has not beaten by it. */
  markUnsaved(device: number, sessionId: string): void {
    if (this.knows(device) && !this.has(device, sessionId)) this.#unsaved.add(device);
  }

  /** The devices whose latest heartbeat was sent by one of these sessions, each with that session. */
  async devicesOf(sessionIds: readonly string[]): Promise<SessionDevice[]> {
    // Before the query, which may miss what is saved while it runs.
    const unsaved = [...this.#unsaved];
    const saved = await this.store.devicesOf(sessionIds);
    const found = new Map(unsaved.map((device) => [device, '']));
    for (const { id, sessionId } of saved) found.set(this.devices.intern(id), sessionId);
    const sessions = new Set(sessionIds);
    return [...found]
      .map(([device, savedId]) => ({ device, sessionId: this.#latest[device] ?? savedId }))
      .filter(({ sessionId }) => sessions.has(sessionId));
  }

  /** @returns the devices that were saved, with their former details where these have changed with the session. */
  async save(): Promise<WrittenDevice[]> {
    if (this.#unsaved.size === 0) return [];
    const unsaved = [...this.#unsaved].map((device) => ({
      device,
      id: this.devices.idOf(device),
      sessionId: this.#latest[device] ?? '',
    }));
    const changed = new Map((await this.store.saveSessions(unsaved)).map(({ id, before }) => [id, before]));
    for (const { device, sessionId } of unsaved) {
      if (this.has(device, sessionId)) this.#unsaved.delete(device);
    }
    return unsaved.map(({ id }) => ({ id, before: changed.get(id) ?? null }));
  }
}
