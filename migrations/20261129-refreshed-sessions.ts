import { Migration } from '@mikro-orm/migrations';

/** Changes of accounts name the session that was refreshed: its devices may beat on another node. */
export class RefreshedSessions20261129 extends Migration {
  override up(): void {
    this.addSql('alter table session_revocations add column refreshed_session_id uuid null');
  }
}
