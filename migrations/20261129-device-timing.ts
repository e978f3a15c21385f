import { Migration } from '@mikro-orm/migrations';

/** Changes of a device that are kept. */
const KEPT_CHANGES = 100;

/**
 * How regularly devices send heartbeats, and which versions they have reported. A trigger writes the versions, so that a
 * gateway of the version before does, too; it runs only for statements that write the version, unlike the saves of
 * last-seen times.
 */
export class DeviceTiming20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table devices add column observed_interval_seconds real null, add column jitter_seconds real null;
      create table version_changes (
        id bigserial primary key,
        device_id int not null,
        previous_version text null,
        version text null,
        at timestamptz not null
      );
      create index version_changes_device_id_id_index on version_changes (device_id, id);
      create index version_changes_at_index on version_changes (at);
      alter table version_changes add constraint version_changes_device_id_foreign
        foreign key (device_id) references devices (id) on delete cascade;
      create or replace function note_version() returns trigger language plpgsql as $$
        begin
          insert into version_changes (device_id, previous_version, version, at)
            values (new.id, old.client_version, new.client_version, new.last_seen_at);
          delete from version_changes where device_id = new.id and id <= (
            select id from version_changes where device_id = new.id order by id desc offset ${KEPT_CHANGES} limit 1);
          return null;
        end
      $$;
      create trigger devices_update_version after update of client_version on devices for each row
        when (old.client_version is distinct from new.client_version) execute function note_version();
    `);
  }
}
