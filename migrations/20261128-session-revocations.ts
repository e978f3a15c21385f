import { Migration } from '@mikro-orm/migrations';

/** A log of revoked sessions, which other processes read by position: by time, they would depend on equal clocks. */
export class SessionRevocations20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create table session_revocations (
        id bigserial primary key,
        session_id uuid not null,
        user_id integer not null,
        at timestamptz not null
      );
      create index session_revocations_at_index on session_revocations (at);
    `);
  }
}
