import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { User } from '../user.entity.js';

/** A link that sets a new password once. An account has one at most. */
@Entity({ tableName: 'password_reset_links' })
export class PasswordResetLink {
  [PrimaryKeyProp]?: 'user';

  @ManyToOne({ entity: () => User, deleteRule: 'cascade', updateRule: 'no action', primary: true })
  user!: User;

  /** SHA-256 of the token, hex. */
  @Unique()
  @Property({ type: 'text', hidden: true })
  tokenHash!: string;

  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;
}
