import { OptionalProps } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { User } from '../users/user.entity.js';

/** How a login began that waits for a second factor. */
export type FirstStep = 'password' | 'phone' | 'scan';

/** A login whose second factor is asked for. */
@Entity({ tableName: 'login_challenges' })
export class LoginChallenge {
  [OptionalProps]?: 'restricted' | 'attempts' | 'fromKnownClient';

  /** SHA-256 of the token, hex. */
  @PrimaryKey({ type: 'text' })
  tokenHash!: string;

  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade', updateRule: 'no action', index: false })
  user!: User;

  @Property({ type: 'text' })
  method!: FirstStep;

  /** What must still hold: the SHA-256 of the password hash, the phone, or the id of the approving session. */
  @Property({ type: 'text', hidden: true })
  reliesOn!: string;

  @Property({ type: 'boolean', default: false })
  restricted: boolean = false;

  @Property({ type: 'text', nullable: true })
  deviceId: string | null = null;

  @Property({ type: 'text', nullable: true })
  clientVersion: string | null = null;

  @Property({ type: 'text', nullable: true })
  deviceModel: string | null = null;

  /** Whether the account has signed in from the client before. */
  @Property({ type: 'boolean', default: false })
  fromKnownClient: boolean = false;

  /** Right and wrong ones. */
  @Property({ type: 'integer', default: 0 })
  attempts: number = 0;

  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;
}
