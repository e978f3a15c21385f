import { Migration } from '@mikro-orm/migrations';

/**
 * Room in each page for the next version of its rows. When devices and sessions were last seen is saved again and again,
 * and PostgreSQL changes no index for a new version in the same page
 * (https://www.postgresql.org/docs/current/storage-hot.html). Rows that exist already move at their next update.
 */
export class RoomForLastSeen20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table devices set (fillfactor = 45);
      alter table sessions set (fillfactor = 70);
    `);
  }
}
