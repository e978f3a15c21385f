import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, ManyToOne, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { User } from '../users/user.entity.js';

/** A code that has not been used. */
@Entity({ tableName: 'recovery_codes' })
export class RecoveryCode {
  [PrimaryKeyProp]?: ['user', 'hash'];

  @ManyToOne({ entity: () => User, deleteRule: 'cascade', updateRule: 'no action', primary: true })
  user!: User;

  /** SHA-256, hex. A code has 80 random bits, so no salt is needed. */
  @PrimaryKey({ type: 'text' })
  hash!: string;
}
