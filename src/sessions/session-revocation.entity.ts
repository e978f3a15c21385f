import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** The revocation of a session, which the other processes on the database read. It outlives the session. */
@Entity({ tableName: 'session_revocations' })
export class SessionRevocation {
  /** In the order of the commits: see `Revocations`. */
  @PrimaryKey({ type: 'bigint', autoincrement: true })
  id!: string;

  @Property({ type: 'uuid' })
  sessionId!: string;

  @Property({ type: 'integer' })
  userId!: number;

  @Index({ name: 'session_revocations_at_index' })
  @Property({ type: 'timestamptz' })
  at!: Date;
}
