import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../database/database.js';
import { DomainError } from '../../errors.js';
import type { CallerRow } from '../../sessions/reading/caller-row.js';
import type { Caller } from '../../sessions/sessions.js';
import type { DeviceDetails, DeviceReport } from '../device-details.js';
import type { DeviceLimits } from '../limits/device-limits.js';
import { DeviceRows, type FirstHeartbeat, type FirstHeartbeatRow, type Takeover } from './device-rows.js';

/** A device whose row was written. */
export interface WrittenDevice {
  readonly id: number;
  /** Its details before the call, if they have changed. */
  readonly before: DeviceDetails | null;
}

/** The device that a session beats for. */
export interface BoundDevice extends WrittenDevice {
  /** Whether it came online with the statement, because it was created or taken over. */
  readonly isOnline: boolean;
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
  /** The ids of devices that came online after the last save. */
  unsavedOnline(): readonly number[];
  saveTransitions(): Promise<void>;
}

/** A device without a client id that a session may beat for. */
interface Candidate {
  readonly id: number;
  /** The session that beats for it now. */
  readonly sessionId: string | null;
  /** As of the last save. */
  readonly online: boolean;
  /** When the session that asks was opened, as `Date` or as text. */
  readonly openedAt: Date | string;
}

/** Candidates in one query: some of them may have come online, or have beaten, since the database was written. */
const MAX_CANDIDATES = 100;

/** Finds the device that the heartbeats of a session are for. */
export class Bindings {
  readonly #rows: DeviceRows;

  constructor(
    private readonly db: Database,
    private readonly limits: DeviceLimits,
  ) {
    this.#rows = new DeviceRows(db, limits);
  }

  /** The number of first heartbeats that wait. */
  get waiting(): number {
    return this.#rows.waiting;
  }

  /**
   * A client id identifies a device of its user. Without one, the session keeps its device, else takes over one of the
   * same user and API, else gets a new one: neither a daily login nor several in a row create a device each. It takes
   * over the device that has been offline longest, else one that seems to be its own, see `#findAnonymous`.
   * @throws DomainError UNAUTHENTICATED if the session has ended meanwhile, LIMIT_REACHED and THROTTLED if the
   * account may not have a new device.
   */
  async bind(
    caller: Caller,
    report: DeviceReport,
    now: Date,
    presence: CurrentPresence,
  ): Promise<BoundDevice> {
    const beat = { session: { id: caller.sessionId }, ...report, at: now, presence };
    for (;;) {
      const bound = await this.#beat(beat, caller);
      if (bound) return bound;
      const takeover = beat.clientId === null ? await this.#findAnonymous(caller, beat, presence) : null;
      if (!takeover) break;
      const taken = await this.#beat({ ...beat, takeover }, caller);
      if (taken) return taken;
      // Another session has taken it over meanwhile.
    }
    return this.limits.admit({ userId: caller.user.id, address: caller.address }, () =>
      this.#beat({ ...beat, isAdmitted: true }, caller),
    );
  }

  /**
   * As `bind`, and reads the session in the same statement.
   * @param report null where it names nothing, which the login then decides.
   * @returns null if the session has ended; without a device if the token has expired, or `bind` must find the device.
   */
  async bindByToken(
    hash: string,
    report: DeviceReport,
    now: Date,
    presence: CurrentPresence,
  ): Promise<{ readonly caller: CallerRow; readonly bound: BoundDevice | null } | null> {
    const row = await this.#rows.beat({ session: { hash }, ...report, at: now, presence });
    if (!row?.caller) return null;
    const { caller } = row;
    if (row.created !== null) await this.limits.count(caller);
    return { caller, bound: boundDevice(row, report, caller) };
  }

  async #beat(beat: FirstHeartbeat, caller: Caller): Promise<BoundDevice | null> {
    const row = await this.#rows.beat(beat);
    if (!row) throw new DomainError('UNAUTHENTICATED', 'Your session has ended.');
    const adder = { userId: caller.user.id, address: caller.address };
    if (beat.isAdmitted) return boundDevice(row, beat, caller);
    if (row.isFull) return this.limits.admit(adder, async () => null);
    if (row.created !== null) await this.limits.count(adder);
    return boundDevice(row, beat, caller);
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
  ): Promise<Takeover | null> {
    await presence.saveTransitions();
    const candidates = await this.db.em.execute<Candidate[]>(
      `select d.id, d.session_id as "sessionId", d.online, asking.created_at as "openedAt"
       from devices d
         join sessions asking on asking.id = ?
         left join sessions beating on beating.id = d.session_id
       where d.user_id = ? and d.door = ? and d.client_id is null and (not d.online
         or (d.last_seen_at < asking.created_at and d.name is not distinct from ?
           and beating.address is not distinct from asking.address))
       order by d.online, d.last_seen_at, d.id limit ${MAX_CANDIDATES}`,
      [caller.sessionId, caller.user.id, caller.api, name],
    );
    const isSilent = ({ id, openedAt }: Candidate) =>
      (presence.lastSeen(id) ?? 0) < new Date(openedAt).getTime();
    const found = candidates.find((device) => !presence.isOnline(device.id) || isSilent(device));
    if (!found) return null;
    const { id, sessionId, online } = found;
    return { id, sessionId, isOnline: online || presence.isOnline(id) };
  }
}

function boundDevice(
  { known, created }: FirstHeartbeatRow,
  report: DeviceReport,
  session: Pick<Caller, 'sessionId' | 'api' | 'deviceModel' | 'clientVersion'>,
): BoundDevice | null {
  const { api, sessionId } = session;
  const name = report.name ?? session.deviceModel ?? known?.name ?? null;
  const clientVersion = report.clientVersion ?? session.clientVersion ?? known?.clientVersion ?? null;
  if (created !== null) {
    return { id: created, isOnline: true, isWritten: true, before: null, name, clientVersion };
  }
  if (!known) return null;
  const before = { api: known.api, name: known.name, clientVersion: known.clientVersion };
  const hasChanged = !isDeepStrictEqual(before, { api, name, clientVersion });
  return {
    id: known.id,
    isOnline: known.isTaken,
    isWritten: hasChanged || known.sessionId !== sessionId,
    before: hasChanged ? before : null,
    name,
    clientVersion,
  };
}
