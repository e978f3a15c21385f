import { Migration } from '@mikro-orm/migrations';

/** Saved filters of devices, by name. */
export class DeviceGroups20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table device_groups (
        id serial primary key,
        name text not null,
        filter jsonb not null,
        created_at timestamptz not null,
        constraint device_groups_name_unique unique (name)
      );
    `);
  }
}
