import { Migration } from '@mikro-orm/migrations';

/**
 * What administrators note about devices. Most have none of it, so the indexes leave out those: they cost nothing when
 * such devices come online.
 */
export class DeviceMetadata20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table devices
        add column display_name text null,
        add column notes text null,
        add column tags text[] not null default '{}',
        add column channel text not null default 'stable',
        add column own_interval_seconds int null;
      create index devices_tags_index on devices using gin (tags) where tags <> '{}';
      create index devices_label_search_index on devices using gin (search_grams(variadic tags || display_name))
        where display_name is not null or tags <> '{}';
      create index devices_settings_index on devices (id)
        where channel <> 'stable' or own_interval_seconds is not null;
    `);
  }
}
