import { Migration } from '@mikro-orm/migrations';

/** The sessions of keys and credentials are listed alone, among many logins. */
export class MachineSessions20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create index sessions_machines_index on sessions (session_kind, created_at, id) where session_kind <> 'LOGIN';
    `);
  }
}
