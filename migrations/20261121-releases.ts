import { Migration } from '@mikro-orm/migrations';

/** Releases, and the order in which they were published and withdrawn. */
export class Releases20261121 extends Migration {
  override up(): void {
    this.addSql(`
      create table releases (
        id serial primary key,
        channel text not null,
        version text not null,
        version_form text not null,
        version_order text collate "C" not null,
        package_name text not null,
        file_name text not null,
        size bigint not null,
        sha256 text not null,
        notes text null,
        uploader_id int null,
        published_at timestamptz not null,
        withdrawn_at timestamptz null,
        withdrawal_reason text null
      );
      alter table releases add constraint releases_channel_version_order_unique unique (channel, version_order);
      alter table releases add constraint releases_package_name_unique unique (package_name);
      alter table releases add constraint releases_version_form_check check (version_form in ('INTEGER', 'SEMVER'));
      alter table releases add constraint releases_size_check check (size > 0);
      alter table releases add constraint releases_uploader_id_foreign
        foreign key (uploader_id) references users (id) on delete set null;
      create index releases_sha256_index on releases (sha256);
      create index releases_uploader_id_index on releases (uploader_id);
      create table release_events (
        id bigserial primary key,
        release_id int not null,
        type text not null,
        at timestamptz not null
      );
      alter table release_events add constraint release_events_type_check check (type in ('PUBLISHED', 'WITHDRAWN'));
      alter table release_events add constraint release_events_release_id_foreign
        foreign key (release_id) references releases (id);
    `);
  }
}
