import { Migration } from '@mikro-orm/migrations';

/** The first key of the advisory locks; the second is the bucket. Arbitrary; `exclusive.ts` has the other numbers. */
const LOCK = 7_284_119;
/** Accounts share locks, since a batch may be of more accounts than PostgreSQL may have locks. */
const BUCKETS = 256;

/**
 * First heartbeats of an account on several nodes: they neither take over the same device, nor exceed the limit of
 * devices together. A statement that adds or takes over devices of an account holds its lock. All statements lock in one
 * order, so that they cannot wait for each other in a circle.
 */
export class FirstHeartbeatsOnNodes20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table devices add column former_session_id uuid null;
      create index devices_former_session_id_index on devices (former_session_id) where former_session_id is not null;
    `);
    // Each heartbeat gets a row, and another one if its device was missing. Triggers run once for all devices.
    this.addSql(`
      create or replace function first_heartbeats(asked json, per_account int, busy int[]) returns table (
        index int, caller json, known json, created int, "isFull" boolean)
      language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
      #variable_conflict use_column
      declare
        beat record;
        device devices;
        reported devices;
        changed devices[];
        taken int[] := '{}';
        came_online int[] := '{}';
        missing devices[];
        missing_at int[];
        locked int := -1;
      begin
        for beat in
          select c.index, c."userId" & ${BUCKETS - 1} as bucket, c."userId", c."sessionId", c.api, c."deviceModel",
            c."clientVersion", coalesce(a."clientId", c."deviceId") as client, a.name, a.version, a.device,
            a."deviceSession", a."isLent", a."mayCreate", a."isAlone", a.at,
            a.hash is null or c."expiresAt" > extract(epoch from a.at) * 1000 as "isValid",
            case when a.hash is not null then row_to_json(c) end as caller
          from json_to_recordset(asked) as a(index int, hash text, "clientId" text, name text, version text,
              device int, "deviceSession" uuid, "isLent" boolean, "mayCreate" boolean, "isAlone" boolean, at timestamptz)
            join read_callers(asked) c using (index)
          order by bucket, c."userId", c.index
        loop
          loop
            device := null;
            exit when not beat."isValid";
            if beat.device is not null then
              if locked = beat.bucket then
                select * into device from devices
                where id = beat.device and session_id is not distinct from beat."deviceSession" and id <> all(taken);
                taken := taken || device.id;
              end if;
            elsif beat.client is not null then
              -- By the order of the unique index: another one has all devices of the user.
              select * into device from devices where (user_id, client_id) >= (beat."userId", beat.client)
              order by user_id, client_id limit 1;
              if (device.user_id, device.client_id) is distinct from (beat."userId", beat.client) then
                device := null;
              end if;
            else
              select own.* into device from (select * from devices where session_id = beat."sessionId" offset 0) own
              where own.user_id = beat."userId" and own.door = beat.api and own.client_id is null
              order by own.online, own.last_seen_at, own.id limit 1;
              if device.id is null and locked = beat.bucket then
                select own.* into device from (
                  select * from devices where former_session_id = beat."sessionId" offset 0
                ) own
                where own.user_id = beat."userId" and own.door = beat.api and own.client_id is null limit 1;
              end if;
              if device.id is null and locked = beat.bucket and beat."isAlone" is not true then
                select idle.* into device from (
                  select * from devices where user_id = beat."userId" and client_id is null offset 0
                ) idle
                where idle.door = beat.api and not idle.online and idle.id <> all(busy || taken)
                order by idle.last_seen_at, idle.id limit 1;
                if device.id is not null then
                  taken := taken || device.id;
                  came_online := came_online || device.id;
                end if;
              end if;
            end if;
            exit when device.id is not null or locked = beat.bucket;
            -- Read again with the lock: another node may have added or taken over a device of the account.
            perform pg_advisory_xact_lock(${LOCK}, beat.bucket);
            locked := beat.bucket;
          end loop;

          index := beat.index;
          caller := beat.caller;
          known := case when device.id is not null then json_build_object('id', device.id,
            'sessionId', device.session_id, 'api', device.door, 'name', device.name,
            'clientVersion', device.client_version, 'isTaken', device.id = any(came_online)) end;
          return next;

          reported := device;
          reported.user_id := beat."userId";
          reported.client_id := beat.client;
          reported.session_id := beat."sessionId";
          -- A device that was lent goes back to the session that it was taken from, unless another one has it by then.
          reported.former_session_id := case
            when beat."isLent" then device.session_id
            when device.session_id = beat."sessionId" then device.former_session_id end;
          reported.door := beat.api;
          reported.last_seen_at := beat.at;
          reported.name := coalesce(beat.name, beat."deviceModel", device.name);
          reported.client_version := coalesce(beat.version, beat."clientVersion", device.client_version);
          if device.id is not null then
            if (reported.session_id, reported.door, reported.name, reported.client_version) is distinct from
              (device.session_id, device.door, device.name, device.client_version)
            then changed := changed || reported; end if;
          elsif beat."isValid" and beat."mayCreate" and (beat.client is not null or beat."isAlone" or not exists (
            select from (select door from devices where user_id = beat."userId" and client_id is null offset 0) nameless
            where nameless.door = beat.api))
          then
            missing := missing || reported;
            missing_at := missing_at || beat.index;
          end if;
        end loop;

        if changed is not null then
          -- In the order of the ids, as by all other statements.
          with updated as (
            update devices d set session_id = latest.session_id, former_session_id = latest.former_session_id,
              door = latest.door, name = latest.name, client_version = latest.client_version,
              online = d.online or d.id = any(came_online),
              last_seen_at = greatest(d.last_seen_at, latest.last_seen_at)
            from (select distinct on (id) * from unnest(changed) order by id) latest where d.id = latest.id
            returning d.id, latest.last_seen_at as at
          )
          insert into presence_events (device_id, online, at)
          select id, true, at from updated where id = any(came_online);
        end if;

        if missing is not null then
          return query
            with beats as materialized (
              select *, coalesce('client ' || client_id, 'session ' || session_id) as key
              from unnest(missing_at, missing) as m(index)
            ),
            admitted as materialized (
              select m.*, devices + row_number() over (partition by m.user_id order by m.index) > per_account as "isFull"
              from (select distinct on (user_id, key) * from beats order by user_id, key, index) m join (
                select user_id, (select count(*) from devices d where d.user_id = b.user_id) as devices
                from beats b group by 1
              ) account on account.user_id = m.user_id
            ),
            added as (
              insert into devices
                (user_id, client_id, session_id, door, name, client_version, online, first_seen_at, last_seen_at)
              select user_id, client_id, session_id, door, name, client_version, true, last_seen_at, last_seen_at
              from admitted where not "isFull"
              on conflict (user_id, client_id) do update set session_id = excluded.session_id
              returning id, user_id, coalesce('client ' || client_id, 'session ' || session_id) as key, first_seen_at
            ),
            history as (
              insert into presence_events (device_id, online, at) select id, true, first_seen_at from added
            )
            select b.index, null::json, null::json, n.id, a."isFull"
            from beats b join admitted a on a.user_id = b.user_id and a.key = b.key
              left join added n on n.user_id = b.user_id and n.key = b.key;
        end if;
      end
      $$;
    `);
  }
}
