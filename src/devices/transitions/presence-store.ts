import { type EntityManager, IsolationLevel } from '@mikro-orm/postgresql';
import { batches } from '../../database/batches.js';
import type { Database } from '../../database/database.js';
import { integerArray } from '../../database/queries/integer-array.js';
import type { Api } from '../../sessions/session.entity.js';
import type { Position } from '../../streams/position.js';
import { type DeviceDetails, detailsOf } from '../device-details.js';
import type { SeenDevice } from '../presence/device-table.js';
import { SAMPLE_INTERVAL } from './observed-interval.js';
import type { Transition } from './transition-log.js';

/** A device that was online when the previous process stopped; times in milliseconds since the Unix epoch. */
export interface RestoredDevice {
  readonly id: number;
  readonly userId: number;
  /** Of its latest heartbeat. */
  readonly sessionId: string | null;
  readonly seenAt: number;
  /** When the token of its session expires; 0 when the session has ended. */
  readonly authEnds: number;
}

export interface SavedPresence {
  /** When a gateway was last alive. */
  readonly aliveAt: number;
  readonly online: readonly RestoredDevice[];
  /** Up to which a fleet of several nodes has saved its transitions; null after a node has run alone. */
  readonly position: Position | null;
}

/** Far more than the clocks of nodes may differ. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** Presence in the database: written in batches, read once at start. */
export class PresenceStore {
  /** @param intervalMs that of devices without one of their own. */
  constructor(
    private readonly db: Database,
    private readonly intervalMs: number,
  ) {}

  /** Adds transitions to the history, in order, and updates their devices, in one statement. */
  async saveTransitions(transitions: readonly Transition[]): Promise<void> {
    // The join leaves out devices that were deleted meanwhile.
    await this.db.em.execute(
      `with t as (
         select * from json_to_recordset(?)
           as t("offset" bigint, "deviceId" int, online boolean, reason text, at timestamptz)
       ), history as (
         insert into presence_events (device_id, online, reason, at)
         select d.id, t.online, t.reason, t.at from t join devices d on d.id = t."deviceId" order by t."offset"
       )
       update devices d set online = latest.online from (
         select distinct on ("deviceId") "deviceId", online from t order by "deviceId", "offset" desc) latest
       where d.id = latest."deviceId"`,
      [rowsOf(transitions)],
    );
  }

  /**
   * Saves when devices were last seen, and that the process was alive at `now`. A time never moves back, since another
   * node may have seen the device later; but one that lies ahead is of a clock that was wrong. Each save of a device is
   * also a sample of its interval, whichever nodes received its heartbeats.
   */
  async saveLastSeen(seen: Iterable<SeenDevice>, now: number): Promise<void> {
    const interval = this.intervalMs / 1000;
    for (const batch of batches(seen)) {
      const rows = byId(batch).map(({ id, at, beats }) => ({ id, at: at / 1000, beats }));
      await this.db.em.execute(
        `update devices d set last_seen_at = to_timestamp(t.at), ${SAMPLE_INTERVAL}
         from json_to_recordset(?) as t(id int, at float8, beats int)
         where d.id = t.id and (d.last_seen_at < to_timestamp(t.at) or d.last_seen_at > ?)`,
        [interval, interval, JSON.stringify(rows), new Date(now + MAX_CLOCK_DIFFERENCE_MS).toISOString()],
      );
    }
    await this.db.em.execute('update presence_clock set alive_at = ?', [new Date(now).toISOString()]);
  }

  /**
   * Saves the session of each device's latest heartbeat.
   * @returns the former details of the devices whose API has changed with it.
   */
  async saveSessions(
    latest: readonly { id: number; sessionId: string }[],
  ): Promise<{ id: number; before: DeviceDetails }[]> {
    const changed: { id: number; before: DeviceDetails }[] = [];
    for (const batch of batches(latest)) {
      const saved = await this.db.em.execute<{ id: number; before: DeviceDetails; api: Api }[]>(
        `update devices d set session_id = s.id, door = s.door,
           former_session_id = case when d.session_id = s.id then d.former_session_id end
         from json_to_recordset(?) as t(id int, "sessionId" uuid)
           join sessions s on s.id = t."sessionId" join devices old on old.id = t.id
         where d.id = t.id returning d.id, d.door as api, ${detailsOf('old')} as before`,
        [JSON.stringify(byId(batch).map(({ id, sessionId }) => ({ id, sessionId })))],
      );
      changed.push(...saved.filter(({ api, before }) => before.api !== api));
    }
    return changed;
  }

  /** What was saved, as of one moment. */
  load(): Promise<SavedPresence> {
    return this.db.em
      .fork()
      .transactional((em) => this.#load(em), { isolationLevel: IsolationLevel.REPEATABLE_READ });
  }

  /** Starts an epoch of streams. @returns what was saved until then. */
  startEpoch(epoch: string, shards: number): Promise<SavedPresence> {
    return this.db.em.fork().transactional(async (em) => {
      // Locks the position, so that nothing of an earlier epoch is saved after the read.
      await em.execute(
        'update presence_position set epoch = ?, offsets = array_fill(0::bigint, array[?::int])',
        [epoch, shards],
      );
      return this.#load(em);
    });
  }

  /** Ends the epoch of a fleet: the transitions of the only node are not in its streams. */
  async endEpoch(): Promise<void> {
    await this.db.em.execute('update presence_position set epoch = null');
  }

  /** See `SavedPresence.position`. */
  async position(): Promise<Position | null> {
    return readPosition(this.db.em);
  }

  /**
   * Saves what the streams of a fleet have after a position, unless another node has done so: transitions, each with its
   * offset in the order of its shard. Those that the database has already do not get into the history again.
   */
  async advance(
    from: Position,
    offsets: readonly number[],
    transitions: readonly Transition[],
  ): Promise<void> {
    await this.db.em.execute(
      `with moved as (
         update presence_position set offsets = ? where epoch = ? and offsets = ? returning id
       ), t as (
         select t.*, lag(online) over (partition by "deviceId" order by "offset") as before
         from moved, json_to_recordset(?)
           as t("offset" bigint, "deviceId" int, online boolean, reason text, at timestamptz)
       ), history as (
         insert into presence_events (device_id, online, reason, at)
         select d.id, t.online, t.reason, t.at from t join devices d on d.id = t."deviceId"
         where t.online <> coalesce(t.before, d.online) order by t.at, t."offset"
       )
       update devices d set online = latest.online from (
         select distinct on ("deviceId") "deviceId", online from t order by "deviceId", "offset" desc) latest
       where d.id = latest."deviceId"`,
      [integerArray(offsets), from.epoch, integerArray(from.offsets), rowsOf(transitions)],
    );
  }

  async #load(em: EntityManager): Promise<SavedPresence> {
    const [clock] = await em.execute<{ alive_at: Date | string }[]>('select alive_at from presence_clock');
    const rows = await em.execute<
      {
        id: number;
        user_id: number;
        session_id: string | null;
        last_seen_at: Date | string;
        token_expires_at: Date | string | null;
      }[]
    >(
      `select d.id, d.user_id, d.session_id, d.last_seen_at, s.token_expires_at
       from devices d left join sessions s on s.id = d.session_id and s.revoked_at is null
       where d.online`,
    );
    return {
      aliveAt: new Date(clock?.alive_at ?? 0).getTime(),
      online: rows.map((row) => ({
        id: row.id,
        userId: row.user_id,
        sessionId: row.session_id,
        seenAt: new Date(row.last_seen_at).getTime(),
        authEnds: row.token_expires_at === null ? 0 : new Date(row.token_expires_at).getTime(),
      })),
      position: await readPosition(em),
    };
  }

  /** When devices were last seen, by id. In milliseconds since the epoch. */
  async lastSeenOf(ids: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.db.em.execute<{ id: number; at: number }[]>(
      'select id, (extract(epoch from last_seen_at) * 1000)::float8 as at from devices where id = any(?)',
      [integerArray(ids)],
    );
    return new Map(rows.map(({ id, at }) => [id, at]));
  }

  /** The devices of a user that are online as of the last save, those seen latest first. */
  async onlineDevicesOf(userId: number, limit: number): Promise<number[]> {
    const devices = await this.db.em.execute<{ id: number }[]>(
      'select id from devices where user_id = ? and online order by last_seen_at desc limit ?',
      [userId, limit],
    );
    return devices.map(({ id }) => id);
  }

  /**
   * Online devices that have been silent for a number of intervals.
   * @param now in milliseconds.
   * @param intervalMs that of devices without one of their own.
   */
  async onlineButSilent(
    now: number,
    intervals: number,
    intervalMs: number,
    limit: number,
  ): Promise<{ id: number; userId: number }[]> {
    return this.db.em.execute(
      `select id, user_id as "userId" from devices where online and last_seen_at
         < ?::timestamptz - coalesce(own_interval_seconds, ?::float8) * ? * interval '1 second' limit ?`,
      [new Date(now).toISOString(), intervalMs / 1000, intervals, limit],
    );
  }

  /** The devices whose saved session is one of these; the latest one may not be saved yet. */
  async devicesOf(sessionIds: readonly string[]): Promise<{ id: number; sessionId: string }[]> {
    return this.db.em.execute('select id, session_id as "sessionId" from devices where session_id = any(?)', [
      `{${sessionIds}}`,
    ]);
  }
}

async function readPosition(em: EntityManager): Promise<Position | null> {
  const [row] = await em.execute<{ epoch: string | null; offsets: readonly string[] }[]>(
    'select epoch, offsets::text[] as offsets from presence_position',
  );
  return row?.epoch == null ? null : { epoch: row.epoch, offsets: row.offsets.map(Number) };
}

const rowsOf = (transitions: readonly Transition[]): string =>
  JSON.stringify(
    transitions.map(({ at, cause: _cause, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
  );

/** The order in which all statements lock devices. */
const byId = <T extends { readonly id: number }>(rows: readonly T[]): T[] =>
  rows.toSorted((one, other) => one.id - other.id);
