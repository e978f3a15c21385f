import { PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { User } from '../users/user.entity.js';

/** A client that an account has signed in from. */
@Entity({ tableName: 'known_clients' })
export class KnownClient {
  [PrimaryKeyProp]?: ['user', 'client'];

  @ManyToOne({ entity: () => User, deleteRule: 'cascade', primary: true })
  user!: User;

  /** `device:` with its client device id, or `address:` with an address bucket. */
  @PrimaryKey({ type: 'text' })
  client!: string;

  /** Up to a day old, because not every login is saved. */
  @Index()
  @Property({ type: 'timestamptz' })
  lastLoginAt!: Date;
}
