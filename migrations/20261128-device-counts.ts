import { Migration } from '@mikro-orm/migrations';

/**
 * Counts of devices by API, version and state, kept by triggers. They hold however a device is written: by a gateway of
 * the version before, or by SQL. A statement adds rows to the counts and changes none, so that writers never wait for
 * each other.
 */
export class DeviceCounts20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create table device_counts (
        id bigserial primary key,
        door text not null,
        client_version text null,
        online boolean not null,
        devices int not null
      );
      create or replace function count_devices() returns trigger language plpgsql as $$
        begin
          if tg_op = 'TRUNCATE' then
            delete from device_counts;
          elsif tg_op = 'INSERT' then
            insert into device_counts (door, client_version, online, devices)
              select door, client_version, online, count(*) from added group by 1, 2, 3;
          elsif tg_op = 'DELETE' then
            insert into device_counts (door, client_version, online, devices)
              select door, client_version, online, -count(*) from removed group by 1, 2, 3;
          else
            insert into device_counts (door, client_version, online, devices)
              select door, client_version, online, sum(change) from (
                select door, client_version, online, 1 as change from added
                union all select door, client_version, online, -1 from removed
              ) changes group by 1, 2, 3 having sum(change) <> 0;
          end if;
          return null;
        end
      $$;
      create trigger devices_insert_counts after insert on devices referencing new table as added
        for each statement execute function count_devices();
      create trigger devices_update_counts after update on devices referencing old table as removed new table as added
        for each statement execute function count_devices();
      create trigger devices_delete_counts after delete on devices referencing old table as removed
        for each statement execute function count_devices();
      create trigger devices_truncate_counts after truncate on devices
        for each statement execute function count_devices();
      insert into device_counts (door, client_version, online, devices)
        select door, client_version, online, count(*) from devices group by 1, 2, 3;
    `);
  }
}
