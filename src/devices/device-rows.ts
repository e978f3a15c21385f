import { isDeepStrictEqual } from 'node:util';
import { BatchQueue } from '../database/batch-queue.js';
import type { Database } from '../database/database.js';
import type { Caller } from '../sessions/sessions.js';
import { type DeviceDetails, type DeviceReport, detailsOf } from './device-details.js';

/** A heartbeat whose device is looked for. */
interface Beat {
  readonly caller: Caller;
  readonly report: DeviceReport;
}

/** A device as the database has it. */
export interface KnownDevice extends DeviceDetails {
  readonly id: number;
  readonly sessionId: string | null;
}

/** The details of a device that was updated. */
interface Change {
  /** Null if they have not changed. */
  readonly before: DeviceDetails | null;
  readonly after: DeviceDetails;
}

interface NewDevice extends Beat {
  readonly now: Date;
  /** How many devices the account may have. */
  readonly perAccount: number;
}

/** The columns of a heartbeat as JSON, for `json_to_recordset`. */
const BEAT_COLUMNS =
  '"userId" int, "clientId" text, "sessionId" uuid, api text, name text, "clientVersion" text';

const columnsOf = ({
  caller: { user, sessionId, api },
  report: { clientId, name, clientVersion },
}: Beat) => ({
  userId: user.id,
  clientId,
  sessionId,
  api,
  name,
  clientVersion,
});

/** The rows of devices that send their first heartbeat in a session: one statement for those that arrive together. */
export class DeviceRows {
  readonly #finds = new BatchQueue((beats: readonly Beat[]) => this.#findAll(beats));
  readonly #updates = new BatchQueue((beats: readonly (Beat & { readonly id: number })[]) =>
    this.#updateAll(beats),
  );
  readonly #creations = new BatchQueue((devices: readonly NewDevice[]) => this.#createAll(devices));

  constructor(private readonly db: Database) {}

  /** Finds the device of the client id or, without a client id, of the session. Null if there is no such device. */
  find(beat: Beat): Promise<KnownDevice | null> {
    return this.#finds.run(beat);
  }

  /** Saves what a heartbeat reports. Null if the device was deleted meanwhile. */
  update(beat: Beat & { readonly id: number }): Promise<Change | null> {
    return this.#updates.run(beat);
  }

  /**
   * Creates a device. Concurrent calls for one account could exceed its limit, so that callers must run one at a time.
   * @returns its id; null if the account has no room for it.
   */
  async create(device: NewDevice): Promise<number | 'no account' | null> {
    const { id, isOrphan } = await this.#creations.run(device);
    return isOrphan ? 'no account' : id;
  }

  async #findAll(beats: readonly Beat[]): Promise<(KnownDevice | null)[]> {
    const rows = await this.db.em.execute<(KnownDevice & { readonly beat: number })[]>(
      `with asked as (select * from json_to_recordset(?) as t(beat int, ${BEAT_COLUMNS})),
       found as (
         select beat, d.* from asked join devices d on d.user_id = "userId" and d.client_id = "clientId"
         union all
         select beat, d.* from asked join devices d
           on d.session_id = "sessionId" and d.user_id = "userId" and d.door = api and d.client_id is null
         where "clientId" is null
       )
       select beat, id, session_id as "sessionId", door as api, name, client_version as "clientVersion"
       from found order by online desc, last_seen_at desc, id desc`,
      [JSON.stringify(beats.map((beat, index) => ({ beat: index, ...columnsOf(beat) })))],
    );
    // Of several devices that name the session, the last row counts: offline longest, as in `Bindings`.
    const byBeat = new Map(rows.map(({ beat, ...device }) => [beat, device]));
    return beats.map((_, index) => byBeat.get(index) ?? null);
  }

  async #updateAll(beats: readonly (Beat & { readonly id: number })[]): Promise<(Change | null)[]> {
    // Locked in the order of the ids, as by `PresenceStore`: opposite orders would end in a deadlock.
    const rows = await this.db.em.execute<{ id: number; before: DeviceDetails; after: DeviceDetails }[]>(
      `update devices d set session_id = beat."sessionId", door = beat.api, name = coalesce(beat.name, d.name),
         client_version = coalesce(beat."clientVersion", d.client_version)
       from (
         select asked.*, ${detailsOf('old')} as before
         from json_to_recordset(?) as asked(id int, ${BEAT_COLUMNS}) join devices old on old.id = asked.id
         order by old.id for update of old
       ) beat
       where d.id = beat.id returning d.id, beat.before, ${detailsOf('d')} as after`,
      [JSON.stringify(beats.map((beat) => ({ id: beat.id, ...columnsOf(beat) })))],
    );
    const byId = new Map(rows.map(({ id, ...change }) => [id, change]));
    return beats.map(({ id }) => {
      const change = byId.get(id);
      if (!change) return null;
      const { before, after } = change;
      return { before: isDeepStrictEqual(before, after) ? null : before, after };
    });
  }

  async #createAll(devices: readonly NewDevice[]): Promise<{ id: number | null; isOrphan: boolean }[]> {
    // The lock keeps an account that is being deleted from failing the others.
    const rows = await this.db.em.execute<{ userId: number; id: number | null }[]>(
      `with asked as (
         select * from json_to_recordset(?) as t(${BEAT_COLUMNS}, at timestamptz, "perAccount" int)
       ), account as (select id from users where id in (select "userId" from asked) order by id for key share),
       created as (
         insert into devices
           (user_id, client_id, session_id, door, name, client_version, online, first_seen_at, last_seen_at)
         select "userId", "clientId", "sessionId", api, name, "clientVersion", false, at, at
         from asked join account on account.id = "userId"
         where (select count(*) from devices where user_id = "userId") < "perAccount"
         returning id, user_id
       )
       select account.id as "userId", created.id from account left join created on user_id = account.id`,
      [
        JSON.stringify(
          devices.map((device) => ({ ...columnsOf(device), at: device.now, perAccount: device.perAccount })),
        ),
      ],
    );
    const byUser = new Map(rows.map(({ userId, id }) => [userId, id]));
    return devices.map(({ caller: { user } }) => ({
      id: byUser.get(user.id) ?? null,
      isOrphan: !byUser.has(user.id),
    }));
  }
}
