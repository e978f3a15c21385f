import { ForeignKeyConstraintViolationException } from '@mikro-orm/core';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Caller } from '../sessions/sessions.js';
import { Device } from './device.entity.js';
import type { DeviceLimits } from './device-limits.js';

/** What a heartbeat reports about its device; null where it reports nothing. */
export interface DeviceReport {
  /** The id that the device chose for itself. */
  readonly clientId: string | null;
  readonly name: string | null;
  readonly clientVersion: string | null;
}

/** Finds the device that the heartbeats of a session are for. */
export class Bindings {
  constructor(
    private readonly db: Database,
    private readonly limits: DeviceLimits,
  ) {}

  /**
   * A client id identifies a device of its user. Without one, the session keeps its device, else takes over the device of
   * the same user and API that has been offline longest, else gets a new one: a daily login then creates no daily device,
   * and two devices that are online never merge.
   *
   * Concurrent calls for the same user and client id could both create the device, so that callers must run one at a time.
   * @param isOnline the current presence, which the database stores a moment later.
   * @returns the id of the device.
   * @throws DomainError UNAUTHENTICATED if the account was deleted meanwhile, LIMIT_REACHED and THROTTLED if the
   * account may not have a new device.
   */
  async bind(
    caller: Caller,
    report: DeviceReport,
    now: Date,
    isOnline: (id: number) => boolean,
  ): Promise<number> {
    const em = this.db.em.fork();
    const existing =
      report.clientId === null
        ? await this.#findAnonymous(caller, isOnline)
        : await this.#findByClientId(caller, report);
    const seen = {
      sessionId: caller.sessionId,
      api: caller.api,
      ...(report.name === null ? {} : { name: report.name }),
      ...(report.clientVersion === null ? {} : { clientVersion: report.clientVersion }),
    };
    if (existing !== null) {
      await em.nativeUpdate(Device, { id: existing }, seen);
      return existing;
    }
    const { clientId } = report;
    const created = { user: caller.user.id, clientId, firstSeenAt: now, lastSeenAt: now, online: false };
    return this.limits.admit(caller, () =>
      em.insert(Device, { ...created, ...seen }).catch(rethrowDeletedUser),
    );
  }

  async #findByClientId(caller: Caller, { clientId }: DeviceReport): Promise<number | null> {
    const device = await this.db.em
      .fork()
      .findOne(Device, { user: caller.user.id, clientId }, { fields: ['id'] });
    return device?.id ?? null;
  }

  async #findAnonymous(caller: Caller, isOnline: (id: number) => boolean): Promise<number | null> {
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

function rethrowDeletedUser(error: unknown): never {
  if (error instanceof ForeignKeyConstraintViolationException) {
    throw new DomainError('UNAUTHENTICATED', 'Your account has been deleted.');
  }
  throw error;
}
