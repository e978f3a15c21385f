import { Migration } from '@mikro-orm/migrations';

/** Every gateway asks, twice a second, which sessions were revoked of late. */
export class Revocations20261121 extends Migration {
  override up(): void {
    this.addSql('create index sessions_revoked_at_index on sessions (revoked_at);');
  }
}
