import { Migration } from '@mikro-orm/migrations';

/** An index for the query for recently revoked sessions, which every gateway runs twice a second. */
export class Revocations20261121 extends Migration {
  override up(): void {
    this.addSql('create index sessions_revoked_at_index on sessions (revoked_at);');
  }
}
