import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { User } from '../users/user.entity.js';

/** The authenticator app of an account, and one that is to replace it. Secrets are encrypted (`secret-cipher.ts`). */
@Entity({ tableName: 'authenticators' })
export class Authenticator {
  [PrimaryKeyProp]?: 'user';

  @ManyToOne({ entity: () => User, deleteRule: 'cascade', updateRule: 'no action', primary: true })
  user!: User;

  /** Null until the first app is confirmed. */
  @Property({ type: 'text', nullable: true, hidden: true })
  secret: string | null = null;

  @Property({ type: 'timestamptz', nullable: true })
  confirmedAt: Date | null = null;

  /** The time step of the last code that was accepted. Codes of this step and earlier ones are refused. */
  @Property({ type: 'integer', nullable: true })
  lastStep: number | null = null;

  @Property({ type: 'text', nullable: true, hidden: true })
  pendingSecret: string | null = null;

  /** The session that has seen the pending secret, and may confirm it. */
  @Property({ type: 'uuid', nullable: true })
  pendingSessionId: string | null = null;

  @Property({ type: 'timestamptz', nullable: true })
  pendingUntil: Date | null = null;
}
