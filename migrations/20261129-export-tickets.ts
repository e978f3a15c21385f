import { Migration } from '@mikro-orm/migrations';

/** Tickets for downloads of whole lists. Each serves once, within a minute. */
export class ExportTickets20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table export_tickets (
        id serial primary key,
        token_hash text not null,
        session_id uuid not null,
        request jsonb not null,
        expires_at timestamptz not null
      );
      create unique index export_tickets_token_hash_index on export_tickets (token_hash);
      create index export_tickets_expires_at_index on export_tickets (expires_at);
    `);
  }
}
