import { Migration } from '@mikro-orm/migrations';

/** Lists of sessions and users are read page by page in these orders. */
export class ListOrders20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create index sessions_created_at_id_index on sessions (created_at, id);
      create index users_username_id_index on users (username, id);
    `);
  }
}
