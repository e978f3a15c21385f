import { Migration } from '@mikro-orm/migrations';

/**
 * A function for the first requests of sessions. PostgreSQL plans the statement of a function once for each connection,
 * whichever pooler is in front; without it, planning takes several times as long as the rest. The plans are kept while
 * tables grow, so they must not rest on how small these are now: no table is read as a whole, and `offset 0` keeps each
 * lookup apart.
 */
export class FirstHeartbeats20261128 extends Migration {
  override up(): void {
    this.addSql(`
      -- A database that was dropped by the migrator keeps the functions of later migrations.
      drop function if exists read_callers(json);
      create function read_callers(asked json) returns table (
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
  }
}

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
