import type { Presence } from './presence/presence.js';
import type { PresenceStore } from './presence-store.js';

/**
 * The session that each device beat by last: its end is the device's, that of another one is not. The database names
 * the one that was bound or saved last, which may be another where several beat for one device. A device is its
 * index in the presence engine.
 */
export class LatestSessions {
  /** By device; none where it has not beaten since the start: then the database knows. */
  readonly #latest: (string | undefined)[] = [];
  /** Devices of which the database may name another session. */
  readonly #unsaved = new Set<number>();

  constructor(
    private readonly presence: Presence,
    private readonly store: PresenceStore,
  ) {}

  has(device: number, sessionId: string): boolean {
    return this.#latest[device] === sessionId;
  }

  /** @returns whether it is another one than before, or the first. */
  set(device: number, sessionId: string): boolean {
    if (this.has(device, sessionId)) return false;
    this.doubt(device, sessionId);
    this.#latest[device] = sessionId;
    return true;
  }

  /** The database may name this session now, though the device has not beaten by it. */
  doubt(device: number, sessionId: string): void {
    if (this.#latest[device] !== undefined && !this.has(device, sessionId)) this.#unsaved.add(device);
  }

  /** The devices that beat last by one of these sessions. */
  async devicesOf(sessionIds: readonly string[]): Promise<number[]> {
    // First: what is saved while we ask may be missing in the answer.
    const devices = new Set(this.#unsaved);
    for (const id of await this.store.devicesOf(sessionIds)) devices.add(this.presence.intern(id));
    const sessions = new Set(sessionIds);
    return [...devices].filter((device) => {
      const latest = this.#latest[device];
      return latest === undefined || sessions.has(latest);
    });
  }

  /** Writes what the database does not know. @returns the ids of the devices that were written. */
  async save(): Promise<number[]> {
    const unsaved = [...this.#unsaved].map((device) => ({
      device,
      id: this.presence.idOf(device),
      sessionId: this.#latest[device] ?? '',
    }));
    await this.store.saveSessions(unsaved);
    for (const { device, sessionId } of unsaved) {
      if (this.has(device, sessionId)) this.#unsaved.delete(device);
    }
    return unsaved.map(({ id }) => id);
  }
}
