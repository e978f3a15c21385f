import { Migration } from '@mikro-orm/migrations';

/**
 * Indexes for searches and dates in the audit log, and the transaction of each entry, by which it is followed live.
 * Entries so far have none: a default value for them would rewrite the table.
 */
export class AuditSearch20261129 extends Migration {
  override up(): void {
    this.addSql(`
      alter table audit_entries add column transaction xid8 null;
      alter table audit_entries alter column transaction set default pg_current_xact_id();
      create index audit_entries_transaction_index on audit_entries (transaction);
      create index audit_entries_at_id_index on audit_entries (at, id);
      create index audit_entries_actor_id_at_id_index on audit_entries (actor_id, at, id);
      create index audit_entries_target_at_id_index on audit_entries (target, at, id);
      create index audit_entries_action_at_id_index on audit_entries (action, at, id);
      create index audit_entries_search_index on audit_entries using gin (search_grams(target, address, detail));
      drop index audit_entries_at_index, audit_entries_actor_id_id_index, audit_entries_target_id_index,
        audit_entries_action_id_index;
    `);
  }
}
