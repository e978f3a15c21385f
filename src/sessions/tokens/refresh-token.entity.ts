import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Session } from '../session.entity.js';

/** A refresh token that was issued for a session. Used tokens are kept to detect reuse, which ends the session. */
@Entity({ tableName: 'refresh_tokens' })
export class RefreshToken {
  /** SHA-256 of the token, hex. */
  @PrimaryKey({ type: 'text' })
  hash!: string;

  @Index()
  @ManyToOne({ entity: () => Session, deleteRule: 'cascade' })
  session!: Session;

  @Property({ type: 'timestamptz', nullable: true })
  usedAt: Date | null = null;
}
