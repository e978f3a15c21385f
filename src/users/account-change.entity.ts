import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/**
 * A change of an account or the end of one of its sessions, which the other processes on the database read. The table is
 * named after its first use.
 */
@Entity({ tableName: 'session_revocations' })
export class AccountChange {
  @PrimaryKey({ type: 'bigint', autoincrement: true })
  id!: string;

  /** The transaction that made the change: see `AccountChanges`. */
  @Index({ name: 'session_revocations_transaction_index' })
  @Property({ columnType: 'xid8', defaultRaw: 'pg_current_xact_id()' })
  transaction!: string;

  /** The process that made the change, which need not read it. */
  @Property({ type: 'uuid', nullable: true })
  origin: string | null = null;

  @Property({ type: 'integer' })
  userId!: number;

  /** The session that has ended; null if the account itself has changed. */
  @Property({ type: 'uuid', nullable: true })
  sessionId: string | null = null;

  /** LOGOUT or REVOKED; null if no session has ended. */
  @Property({ type: 'text', nullable: true })
  reason: string | null = null;

  /** The session that was refreshed, if the change is a new pair of tokens. */
  @Property({ type: 'uuid', nullable: true })
  refreshedSessionId: string | null = null;

  @Index({ name: 'session_revocations_at_index' })
  @Property({ type: 'timestamptz' })
  at!: Date;
}
