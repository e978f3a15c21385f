import { Migration } from '@mikro-orm/migrations';

/** Accounts, roles, sessions, captchas and the audit log. */
export class Identity20261121 extends Migration {
  override up(): void {
    this.addSql(`
      create table audit_entries (
        id serial primary key,
        at timestamptz not null,
        action text not null,
        actor_id int null,
        target text null,
        address text null,
        detail text null
      );
      create index audit_entries_at_index on audit_entries (at);
      create index audit_entries_actor_id_index on audit_entries (actor_id);
      create table roles (
        id serial primary key,
        code text not null,
        name text not null,
        permissions text[] not null
      );
      alter table roles add constraint roles_code_unique unique (code);
      create table users (
        id serial primary key,
        username text null,
        phone text null,
        phone_verified_at timestamptz null,
        password_hash text null,
        email text null,
        name text null,
        nickname text null,
        avatar_url text null,
        gender text null,
        signature text null,
        brief text null,
        user_type text null,
        type int null,
        status text not null default 'ACTIVE',
        user_code text not null,
        open_id text null,
        country_code text not null default '+86',
        license_number text null,
        license_status int not null default 1,
        license_effect_date timestamptz null,
        license_expires_at timestamptz null,
        employee jsonb null,
        created_at timestamptz not null,
        updated_at timestamptz null
      );
      create index users_created_at_index on users (created_at);
      alter table users add constraint users_gender_check check (gender in ('MALE', 'FEMALE'));
      alter table users add constraint users_status_check check (status in ('ACTIVE', 'DISABLED'));
      create table sessions (
        id uuid not null,
        user_id int not null,
        door text not null,
        capped boolean not null,
        token_hash text not null,
        token_expires_at timestamptz not null,
        device_id text null,
        client_version text null,
        address text null,
        created_at timestamptz not null,
        last_seen_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz null,
        primary key (id)
      );
      create index sessions_user_id_index on sessions (user_id);
      alter table sessions add constraint sessions_token_hash_unique unique (token_hash);
      create index sessions_expires_at_index on sessions (expires_at);
      create table refresh_tokens (
        hash text not null,
        session_id uuid not null,
        used_at timestamptz null,
        primary key (hash)
      );
      create index refresh_tokens_session_id_index on refresh_tokens (session_id);
      create table login_names (
        name text not null,
        kind text not null,
        user_id int not null,
        primary key (name)
      );
      create index login_names_user_id_index on login_names (user_id);
      alter table login_names add constraint login_names_kind_check check (kind in ('username', 'phone'));
      create table captchas (
        id uuid not null,
        type text not null,
        subject text not null,
        device_id text null,
        answer_hash text not null,
        failures int not null default 0,
        address text null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        consumed_at timestamptz null,
        scan_state text null,
        scanned_by_id int null,
        approved_by uuid null,
        capped boolean not null default false,
        primary key (id)
      );
      create index captchas_answer_hash_index on captchas (answer_hash);
      create index captchas_created_at_index on captchas (created_at);
      create index captchas_address_created_at_index on captchas (address, created_at);
      create index captchas_type_subject_created_at_index on captchas (type, subject, created_at);
      alter table captchas add constraint captchas_type_check check (type in ('IMAGE', 'SMS', 'SCAN'));
      alter table captchas add constraint captchas_scan_state_check check (scan_state in ('PENDING', 'CLAIMED', 'APPROVED', 'DENIED', 'REDEEMED', 'EXPIRED'));
      create table user_roles (
        user_id int not null,
        role_id int not null,
        primary key (user_id, role_id)
      );
      alter table sessions add constraint sessions_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      alter table refresh_tokens add constraint refresh_tokens_session_id_foreign foreign key (session_id) references sessions (id) on delete cascade;
      alter table login_names add constraint login_names_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      alter table captchas add constraint captchas_scanned_by_id_foreign foreign key (scanned_by_id) references users (id) on delete cascade;
      alter table user_roles add constraint user_roles_user_id_foreign foreign key (user_id) references users (id) on update cascade on delete cascade;
      alter table user_roles add constraint user_roles_role_id_foreign foreign key (role_id) references roles (id) on update cascade on delete cascade;
    `);
  }
}
