import { Migration } from '@mikro-orm/migrations';

/**
 * Service accounts, and sessions that a key opens instead of a login. `read_callers` also returns what a session is
 * limited to. It grants no role permission beyond that, so that an older gateway does not either. No column is named
 * `kind`, which older gateways leave unqualified in joins.
 */
export class Machines20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table users add column account_kind text not null default 'PERSON';
      create index users_service_index on users (id) where account_kind = 'SERVICE';
      alter table sessions add column session_kind text not null default 'LOGIN', add column ceiling text[] null;
      create table api_keys (
        id serial primary key,
        session_id uuid not null,
        user_id int not null,
        name text not null,
        hint text not null,
        created_by_id int null,
        created_at timestamptz not null,
        expires_at timestamptz null
      );
      alter table api_keys add constraint api_keys_session_id_unique unique (session_id);
      create index api_keys_user_id_id_index on api_keys (user_id, id);
      create index api_keys_created_by_id_index on api_keys (created_by_id);
      alter table api_keys add constraint api_keys_session_id_foreign foreign key (session_id) references sessions (id) on delete cascade;
      alter table api_keys add constraint api_keys_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      alter table api_keys add constraint api_keys_created_by_id_foreign foreign key (created_by_id) references users (id) on delete set null;
    `);
    this.addSql(`
      drop function read_callers(json);
      create function read_callers(asked json) returns table (
        index int, "sessionId" uuid, api text, restricted boolean, "deviceId" text, "deviceModel" text,
        "clientVersion" text, address text, "openedAt" float8, "expiresAt" float8, "lastSeenAt" float8,
        "userId" int, username text, phone text, email text, type int, "openId" text, "userCreatedAt" float8,
        "userUpdatedAt" float8, granted text[], kind text, ceiling text[])
      language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
      #variable_conflict use_column
      begin
        return query
          select a.index, s.id, s.door, s.capped, s.device_id, s.device_model, s.client_version, s.address,
            ${milliseconds('s.created_at')}, ${milliseconds('s.token_expires_at')}, ${milliseconds('s.last_seen_at')},
            u.id, u.username, u.phone, u.email, u.type, u.open_id,
            ${milliseconds('u.created_at')}, ${milliseconds('u.updated_at')},
            array(
              select held.permission from user_roles ur join roles r on r.id = ur.role_id
                cross join lateral unnest(r.permissions) as held(permission)
              where ur.user_id = u.id and (s.ceiling is null or held.permission = any(s.ceiling))
            ),
            s.session_kind, s.ceiling
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
