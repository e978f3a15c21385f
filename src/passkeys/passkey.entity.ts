import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { User } from '../users/user.entity.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A passkey of an account: a key on a device or in a password manager, which signs in without a password.',
})
@Entity({ tableName: 'passkeys' })
export class Passkey {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;

  /** Chosen by the authenticator, base64url. */
  @Unique()
  @Property({ type: 'text' })
  credentialId!: string;

  /** What the authenticator knows the account by, base64url. */
  @Property({ type: 'text' })
  userHandle!: string;

  /** A COSE key, base64url. */
  @Property({ type: 'text' })
  publicKey!: string;

  /** How often it has signed, as its latest answer said; 0 if it does not count. */
  @Property({ type: new BigIntType('number') })
  counter!: number;

  /** How browsers reach it, such as `internal` or `usb`. */
  @Property({ type: 'text[]' })
  transports!: string[];

  /** Whether copies of it can exist. That never changes. */
  @Property({ type: 'boolean' })
  backupEligible!: boolean;

  @Field(() => Boolean, {
    description: 'Whether its provider keeps a copy, so that it survives the loss of a device.',
  })
  @Property({ type: 'boolean' })
  backedUp!: boolean;

  @Field(() => String, { description: 'What its owner calls it.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => Date, { description: 'When it was added.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was last used; null if never.' })
  @Property({ type: 'timestamptz', nullable: true })
  lastUsedAt: Date | null = null;
}
