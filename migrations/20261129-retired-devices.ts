import { Migration } from '@mikro-orm/migrations';

/**
 * Devices that administrators have retired. The counts leave them out, and a device that comes back is retired no longer,
 * however its row is written: by a gateway of the version before, too.
 */
export class RetiredDevices20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table devices add column retired_at timestamptz null, add column returned_at timestamptz null;
      create index devices_retired_index on devices (id) where retired_at is not null;
      create or replace function count_devices() returns trigger language plpgsql as $$
        begin
          if tg_op = 'TRUNCATE' then
            delete from device_counts;
          elsif tg_op = 'INSERT' then
            insert into device_counts (door, client_version, online, devices)
              select door, client_version, online, count(*) from added where retired_at is null group by 1, 2, 3;
          elsif tg_op = 'DELETE' then
            insert into device_counts (door, client_version, online, devices)
              select door, client_version, online, -count(*) from removed where retired_at is null group by 1, 2, 3;
          else
            insert into device_counts (door, client_version, online, devices)
              select door, client_version, online, sum(change) from (
                select door, client_version, online, 1 as change from added where retired_at is null
                union all select door, client_version, online, -1 from removed where retired_at is null
              ) changes group by 1, 2, 3 having sum(change) <> 0;
          end if;
          return null;
        end
      $$;
      create or replace function return_device() returns trigger language plpgsql as $$
        begin
          new.retired_at := null;
          new.returned_at := new.last_seen_at;
          return new;
        end
      $$;
      create trigger devices_update_retired before update on devices for each row
        when (old.retired_at is not null and new.retired_at is not null
          and (new.online or new.session_id is distinct from old.session_id))
        execute function return_device();
    `);
  }
}
