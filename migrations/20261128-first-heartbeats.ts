import { Migration } from '@mikro-orm/migrations';

/**
 * Functions for the first requests of sessions. PostgreSQL plans the statement of a function once for each connection,
 * whichever pooler is in front; without them, planning takes several times as long as the rest. The plans are kept while
 * tables grow, so they must not rest on how small these are now: no table is read as a whole, and `offset 0` keeps each
 * lookup apart.
 */
export class FirstHeartbeats20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create or replace function read_callers(asked json) returns table (
        index int, "sessionId" uuid, api text, restricted boolean, "deviceId" text, "deviceModel" text,
        "clientVersion" text, address text, "openedAt" float8, "expiresAt" float8, "lastSeenAt" float8,
        "userId" int, username text, phone text, email text, type int, "openId" text, "userCreatedAt" float8,
        "userUpdatedAt" float8, granted text[])
      language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
      #variable_conflict use_column
      begin
        return query
          select a.index, s.id, s.door, s.capped, s.device_id, s.device_model, s.client_version, s.address,
            ${milliseconds('s.created_at')}, ${milliseconds('s.token_expires_at')}, ${milliseconds('s.last_seen_at')},
            u.id, u.username, u.phone, u.email, u.type, u.open_id,
            ${milliseconds('u.created_at')}, ${milliseconds('u.updated_at')},
            array(
              select unnest(r.permissions) from user_roles ur join roles r on r.id = ur.role_id where ur.user_id = u.id
            )
          from json_to_recordset(asked) as a(index int, id uuid, hash text, "refreshHash" text)
            cross join lateral (
              select * from sessions where token_hash = a.hash
              union all select * from sessions where id = a.id
              union all select * from sessions where id = (
                select session_id from refresh_tokens where hash = a."refreshHash")
              offset 0
            ) s
            cross join lateral (select * from users where id = s.user_id offset 0) u
          where s.revoked_at is null and u.status = 'ACTIVE';
      end
      $$;
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
        missing devices[];
        missing_at int[];
      begin
        for beat in
          select c.index, c."userId", c."sessionId", c.api, c."deviceModel", c."clientVersion",
            coalesce(a."clientId", c."deviceId") as client, a.name, a.version, a.device, a."mayCreate", a."isAlone", a.at,
            a.hash is null or c."expiresAt" > extract(epoch from a.at) * 1000 as "isValid",
            case when a.hash is not null then row_to_json(c) end as caller
          from json_to_recordset(asked) as a(index int, hash text, "clientId" text, name text, version text,
              device int, "mayCreate" boolean, "isAlone" boolean, at timestamptz)
            join read_callers(asked) c using (index)
          order by 1
        loop
          device := null;
          if not beat."isValid" then
            null;
          elsif beat.device is not null then
            select * into device from devices where id = beat.device;
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
            if device.id is null and beat."isAlone" is not true then
              select * into device from devices
              where user_id = beat."userId" and client_id is null and door = beat.api and not online
                and id <> all(busy || taken)
              order by last_seen_at, id limit 1;
              if device.id is not null then taken := taken || device.id; end if;
            end if;
          end if;

          index := beat.index;
          caller := beat.caller;
          known := case when device.id is not null then json_build_object('id', device.id,
            'sessionId', device.session_id, 'api', device.door, 'name', device.name,
            'clientVersion', device.client_version, 'isTaken', device.id = any(taken)) end;
          return next;

          reported := device;
          reported.user_id := beat."userId";
          reported.client_id := beat.client;
          reported.session_id := beat."sessionId";
          reported.door := beat.api;
          reported.last_seen_at := beat.at;
          reported.name := coalesce(beat.name, beat."deviceModel", device.name);
          reported.client_version := coalesce(beat.version, beat."clientVersion", device.client_version);
          if device.id is not null then
            if (reported.session_id, reported.door, reported.name, reported.client_version) is distinct from
              (device.session_id, device.door, device.name, device.client_version)
            then changed := changed || reported; end if;
          elsif beat."isValid" and beat."mayCreate" and (beat.client is not null or beat."isAlone" or not exists (
            select from devices where user_id = beat."userId" and client_id is null and door = beat.api))
          then
            missing := missing || reported;
            missing_at := missing_at || beat.index;
          end if;
        end loop;

        if changed is not null then
          -- In the order of the ids, as by all other statements.
          with updated as (
            update devices d set session_id = latest.session_id, door = latest.door, name = latest.name,
              client_version = latest.client_version, online = d.online or d.id = any(taken)
            from (select distinct on (id) * from unnest(changed) order by id) latest where d.id = latest.id
            returning d.id, latest.last_seen_at as at
          )
          insert into presence_events (device_id, online, at) select id, true, at from updated where id = any(taken);
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

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
