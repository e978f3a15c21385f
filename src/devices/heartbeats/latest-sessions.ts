import type { DeviceTable } from '../presence/device-table.js';
import type { PresenceStore } from '../transitions/presence-store.js';
import type { WrittenDevice } from './bindings.js';

/**
 * The session of each device's latest heartbeat: when it ends, the device goes offline; when another one ends, it
 * does not. The database may lag behind while several sessions beat for one device. A device is its index in the
 * table of devices.
 */
export class LatestSessions {
  /** By device; undefined before its first heartbeat, where the database has the answer. */
  readonly #latest: (string | undefined)[] = [];
  /** Devices for which the database may name another session. */
  readonly #unsaved = new Set<number>();

  constructor(
    private readonly devices: DeviceTable,
    private readonly store: PresenceStore,
  ) {}

  has(device: number, sessionId: string): boolean {
    return this.#latest[device] === sessionId;
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
    if (this.#latest[device] !== undefined && !this.has(device, sessionId)) this.#unsaved.add(device);
  }

  /** The devices whose latest heartbeat was sent by one of these sessions. */
  async devicesOf(sessionIds: readonly string[]): Promise<number[]> {
    // Before the query, which may miss what is saved while it runs.
    const found = new Set(this.#unsaved);
    for (const id of await this.store.devicesOf(sessionIds)) found.add(this.devices.intern(id));
    const sessions = new Set(sessionIds);
    return [...found].filter((device) => {
      const latest = this.#latest[device];
      return latest === undefined || sessions.has(latest);
    });
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
