import { Migration } from '@mikro-orm/migrations';

/**
 * Authenticator apps, recovery codes, logins that wait for a second factor, roles that require one, and when a session
 * last proved who its user is. `read_callers` also returns whether a login must enrol a second factor first.
 */
export class SecondFactors20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table users add column second_factor_since timestamptz null;
      alter table roles add column requires_second_factor boolean not null default false;
      alter table sessions add column proven_at timestamptz null;
      create table authenticators (
        user_id int not null primary key,
        secret text null,
        confirmed_at timestamptz null,
        last_step int null,
        pending_secret text null,
        pending_session_id uuid null,
        pending_until timestamptz null
      );
      alter table authenticators add constraint authenticators_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      create table recovery_codes (
        user_id int not null,
        hash text not null,
        primary key (user_id, hash)
      );
      alter table recovery_codes add constraint recovery_codes_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      create table login_challenges (
        token_hash text not null primary key,
        user_id int not null,
        method text not null,
        relies_on text not null,
        restricted boolean not null default false,
        device_id text null,
        client_version text null,
        device_model text null,
        attempts int not null default 0,
        expires_at timestamptz not null
      );
      create index login_challenges_user_id_index on login_challenges (user_id);
      create index login_challenges_expires_at_index on login_challenges (expires_at);
      alter table login_challenges add constraint login_challenges_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
    `);
    this.addSql(`
      drop function read_callers(json);
      create function read_callers(asked json) returns table (
        index int, "sessionId" uuid, api text, restricted boolean, "deviceId" text, "deviceModel" text,
        "clientVersion" text, address text, "openedAt" float8, "expiresAt" float8, "lastSeenAt" float8,
        "userId" int, username text, phone text, email text, type int, "openId" text, "userCreatedAt" float8,
        "userUpdatedAt" float8, granted text[], kind text, ceiling text[], "mustEnroll" boolean)
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
            s.session_kind, s.ceiling,
            s.session_kind = 'LOGIN' and u.second_factor_since is null and exists (
              select from user_roles ur join roles r on r.id = ur.role_id
              where ur.user_id = u.id and r.requires_second_factor
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
