import { Migration } from '@mikro-orm/migrations';

/** The latest backup, in the only row of a table; no row before the first one. */
export class LastBackup20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table last_backup (
        id boolean not null default true primary key,
        at timestamptz not null,
        archive_bytes bigint not null,
        rows bigint not null,
        packages integer not null,
        encrypted boolean not null,
        constraint last_backup_one_row check (id)
      );
    `);
  }
}
