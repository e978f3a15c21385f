import { Migration } from '@mikro-orm/migrations';

/** Devices and their presence. */
export class Devices20261121 extends Migration {
  override up(): void {
    this.addSql(`
      alter table sessions add column device_model text null;
      create table devices (
        id serial primary key,
        user_id int not null,
        client_id text null,
        door text not null,
        name text null,
        client_version text null,
        session_id uuid null,
        online boolean not null default false,
        first_seen_at timestamptz not null,
        last_seen_at timestamptz not null
      );
      create index devices_user_id_index on devices (user_id);
      create index devices_client_version_index on devices (client_version);
      create index devices_session_id_index on devices (session_id);
      alter table devices add constraint devices_user_id_client_id_unique unique (user_id, client_id);
      alter table devices add constraint devices_user_id_foreign
        foreign key (user_id) references users (id) on delete cascade;
      create table presence_events (
        id bigserial primary key,
        device_id int not null,
        online boolean not null,
        reason text null,
        at timestamptz not null
      );
      create index presence_events_device_id_at_index on presence_events (device_id, at);
      create index presence_events_at_index on presence_events (at);
      alter table presence_events add constraint presence_events_device_id_foreign
        foreign key (device_id) references devices (id) on delete cascade;
    `);
    this.addSql(`
      create table presence_clock (alive_at timestamptz not null);
      insert into presence_clock values (now());
    `);
  }
}
