import { LRUCache } from 'lru-cache';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Caller } from '../sessions/sessions.js';
import type { DeviceDetails, DeviceReport } from './device-details.js';
import type { DeviceLimits } from './device-limits.js';
import { DeviceRows, type KnownDevice } from './device-rows.js';

/** A device whose row was written. */
export interface WrittenDevice {
  readonly id: number;
  /** Its details before the call, if they have changed. */
  readonly before: DeviceDetails | null;
}

/** The device that a session beats for. */
export interface BoundDevice extends WrittenDevice {
  /** Whether its row was written, or names the session already. */
  readonly isWritten: boolean;
  /** The latest name that it has reported; null if none. */
  readonly name: string | null;
  /** The latest version that it has reported; null if none. */
  readonly clientVersion: string | null;
}

/** The current presence, which the database stores a moment later. */
export interface CurrentPresence {
  isOnline(deviceId: number): boolean;
  /** In milliseconds; null for a device that has not been seen since the process started. */
  lastSeen(deviceId: number): number | null;
  saveTransitions(): Promise<void>;
}

/** A device without a client id that a session may beat for. */
interface Candidate {
  readonly id: number;
  /** The session that beats for it now. */
  readonly sessionId: string | null;
  /** When the session that asks was opened, as `Date` or as text. */
  readonly openedAt: Date | string;
}

/** Candidates in one query: some of them may have come online, or have beaten, since the database was written. */
const MAX_CANDIDATES = 100;

/** Sessions whose device another one took over. */
const MAX_SUPERSEDED = 100_000;

/** Finds the device that the heartbeats of a session are for. */
export class Bindings {
  /** By session: the device that it beat for, and the later session that took it over while it was online. */
  readonly #superseded = new LRUCache<string, { deviceId: number; by: string }>({ max: MAX_SUPERSEDED });

  readonly #rows: DeviceRows;

  constructor(
    private readonly db: Database,
    private readonly limits: DeviceLimits,
  ) {
    this.#rows = new DeviceRows(db);
  }

  /**
   * A client id identifies a device of its user. Without one, the session keeps its device, else takes over one of the
   * same user and API, else gets a new one: neither a daily login nor several in a row create a device each. It takes
   * over the device that has been offline longest, else one that seems to be its own, see `#findAnonymous`.
   *
   * Concurrent calls for the same user and client id could both create the device, so that callers must run one at a time.
   * @throws DomainError UNAUTHENTICATED if the account was deleted meanwhile, LIMIT_REACHED and THROTTLED if the
   * account may not have a new device.
   */
  async bind(
    caller: Caller,
    report: DeviceReport,
    now: Date,
    presence: CurrentPresence,
  ): Promise<BoundDevice> {
    const known = await this.#findKnown(caller, report);
    if (known && isCurrent(known, caller, report)) return { ...known, before: null, isWritten: false };
    const id =
      known?.id ?? (report.clientId === null ? await this.#findAnonymous(caller, report, presence) : null);
    if (id === null) return this.#create(caller, report, now);
    const change = await this.#rows.update({ id, caller, report });
    const { name, clientVersion } = change?.after ?? report;
    return { id, isWritten: true, before: change?.before ?? null, name, clientVersion };
  }

  /** The device of the client id, or the one that the session has beaten for; null if it has to be looked for. */
  async #findKnown(caller: Caller, report: DeviceReport): Promise<KnownDevice | null> {
    const isSuperseded = report.clientId === null && this.#superseded.has(caller.sessionId);
    return isSuperseded ? null : this.#rows.find({ caller, report });
  }

  async #create(caller: Caller, report: DeviceReport, now: Date): Promise<BoundDevice> {
    const id = await this.limits.admit(caller, async (perAccount) => {
      const created = await this.#rows.create({ caller, report, now, perAccount });
      if (created === 'no account')
        throw new DomainError('UNAUTHENTICATED', 'Your account has been deleted.');
      return created;
    });
    const { name, clientVersion } = report;
    return { id, isWritten: true, before: null, name, clientVersion };
  }

  /**
   * An online device seems to be the session's own if it has been silent since the session was opened, with the same
   * model and from the same address: the client has logged in again. If the earlier session beats after all, it is
   * another client and gets its device back, so that two devices that both beat never merge.
   */
  async #findAnonymous(
    caller: Caller,
    { name }: DeviceReport,
    presence: CurrentPresence,
  ): Promise<number | null> {
    await presence.saveTransitions();
    const lent = this.#superseded.get(caller.sessionId);
    const candidates = await this.db.em.execute<Candidate[]>(
      `select d.id, d.session_id as "sessionId", asking.created_at as "openedAt"
       from devices d
         join sessions asking on asking.id = ?
         left join sessions beating on beating.id = d.session_id
       where d.user_id = ? and d.door = ? and d.client_id is null and (
         d.session_id = asking.id or d.id = ? or not d.online
         or (d.last_seen_at < asking.created_at and d.name is not distinct from ?
           and beating.address is not distinct from asking.address))
       order by d.session_id is not distinct from asking.id desc, d.id = ? desc, d.online, d.last_seen_at, d.id
       limit ${MAX_CANDIDATES}`,
      [caller.sessionId, caller.user.id, caller.api, lent?.deviceId ?? 0, name, lent?.deviceId ?? 0],
    );
    const isOwn = ({ id, sessionId }: Candidate) =>
      sessionId === caller.sessionId || (id === lent?.deviceId && sessionId === lent.by);
    const isSilent = ({ id, openedAt }: Candidate) =>
      (presence.lastSeen(id) ?? 0) < new Date(openedAt).getTime();
    this.#superseded.delete(caller.sessionId);
    const found = candidates.find(
      (device) => isOwn(device) || !presence.isOnline(device.id) || isSilent(device),
    );
    if (!found) return null;
    if (!isOwn(found) && found.sessionId !== null && presence.isOnline(found.id)) {
      this.#superseded.set(found.sessionId, { deviceId: found.id, by: caller.sessionId });
    }
    return found.id;
  }
}

/** Whether the row of the device has nothing to learn from the heartbeat. */
const isCurrent = (
  known: KnownDevice,
  { sessionId, api }: Caller,
  { name, clientVersion }: DeviceReport,
): boolean =>
  known.sessionId === sessionId &&
  known.api === api &&
  (name === null || name === known.name) &&
  (clientVersion === null || clientVersion === known.clientVersion);
