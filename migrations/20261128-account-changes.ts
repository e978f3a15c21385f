import { Migration } from '@mikro-orm/migrations';

/**
 * The log of revoked sessions takes changes of accounts, too. Processes read it by transaction; those of the version
 * before read it by id, and ignore a row without a session.
 */
export class AccountChanges20261128 extends Migration {
  override up(): void {
    this.addSql(`
      alter table session_revocations
        alter column session_id drop not null,
        add column transaction xid8 not null default pg_current_xact_id(),
        add column origin uuid,
        add column reason text;
      create index session_revocations_transaction_index on session_revocations (transaction);
    `);
  }
}
