import { ForeignKeyConstraintViolationException } from '@mikro-orm/core';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Caller } from '../sessions/sessions.js';
import { Device } from './device.entity.js';

/** What a device says of itself when it beats; null where it says nothing. */
export interface Hello {
  /** The id it gives itself. */
  readonly clientId: string | null;
  readonly name: string | null;
  readonly clientVersion: string | null;
}

/** Finds the device whose beats a session sends. Of one user and client id, call it for one session at a time. */
export class Bindings {
  constructor(private readonly db: Database) {}

  /**
   * A device that gives itself an id is known by it, within its user. One without keeps the device it had in
   * this session, else takes over the longest-offline one of the same user and door, else is new: so that a
   * daily login makes no daily device, and two that are online never become one.
   * @param isOnline as known right now; the database may be a moment behind.
   * @returns the device's id.
   * @throws DomainError UNAUTHENTICATED for a caller who was deleted meanwhile.
   */
  async bind(caller: Caller, hello: Hello, now: Date, isOnline: (id: number) => boolean): Promise<number> {
    const em = this.db.em.fork();
    const known =
      hello.clientId === null ? await this.#anonymous(caller, isOnline) : await this.#named(caller, hello);
    const seen = {
      sessionId: caller.sessionId,
      api: caller.api,
      ...(hello.name === null ? {} : { name: hello.name }),
      ...(hello.clientVersion === null ? {} : { clientVersion: hello.clientVersion }),
    };
    if (known !== null) {
      await em.nativeUpdate(Device, { id: known }, seen);
      return known;
    }
    return em
      .insert(Device, {
        user: caller.user.id,
        clientId: hello.clientId,
        firstSeenAt: now,
        lastSeenAt: now,
        online: false,
        ...seen,
      })
      .catch(refuseDeleted);
  }

  async #named(caller: Caller, { clientId }: Hello): Promise<number | null> {
    const device = await this.db.em
      .fork()
      .findOne(Device, { user: caller.user.id, clientId }, { fields: ['id'] });
    return device?.id ?? null;
  }

  async #anonymous(caller: Caller, isOnline: (id: number) => boolean): Promise<number | null> {
    const candidates = await this.db.em
      .fork()
      .find(
        Device,
        { user: caller.user.id, api: caller.api, clientId: null },
        { fields: ['id', 'sessionId'], orderBy: { lastSeenAt: 'asc', id: 'asc' } },
      );
    const mine = candidates.find(({ sessionId }) => sessionId === caller.sessionId);
    const free = candidates.find(({ id }) => !isOnline(id));
    return mine?.id ?? free?.id ?? null;
  }
}

function refuseDeleted(error: unknown): never {
  if (error instanceof ForeignKeyConstraintViolationException) {
    throw new DomainError('UNAUTHENTICATED', 'Your account was deleted.');
  }
  throw error;
}
