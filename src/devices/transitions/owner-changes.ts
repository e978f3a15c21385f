import { isDeepStrictEqual } from 'node:util';
import type { UserNames } from '../../users/users.js';
import type { PresenceStore } from './presence-store.js';

/** Devices that one change is reported for. A person has few; those beyond are reported at their next own change. */
const MAX_DEVICES = 1000;

/** Collects the changes of owners' names, by which devices can be searched. */
export class OwnerChanges {
  readonly #former = new Map<number, UserNames>();

  constructor(private readonly store: PresenceStore) {}

  /** @param after the user after the change. */
  add(after: UserNames & { readonly id: number }, before: UserNames): void {
    const { username, phone, name, nickname, id: userId } = after;
    if (isDeepStrictEqual(before, { username, phone, name, nickname })) return;
    // Of several changes, the names before the first one are those that subscribers know.
    if (!this.#former.has(userId)) this.#former.set(userId, before);
  }

  /** The devices of the owners since the last call, with the former names. */
  async take(): Promise<{ readonly deviceId: number; readonly ownerBefore: UserNames }[]> {
    const former = [...this.#former];
    const changes: { deviceId: number; ownerBefore: UserNames }[] = [];
    for (const [userId, ownerBefore] of former) {
      const ids = await this.store.onlineDevicesOf(userId, MAX_DEVICES);
      this.#former.delete(userId);
      changes.push(...ids.map((deviceId) => ({ deviceId, ownerBefore })));
    }
    return changes;
  }
}
