import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { Session } from '../sessions/session.entity.js';
import { User } from '../users/user.entity.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A token that lasts, with which programs use any API as an account. Shown once, when it is created.',
})
@Entity({ tableName: 'api_keys' })
@Index({ properties: ['user', 'id'] })
export class ApiKey {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  /** Has the hash of the key and its permissions. Ending it revokes the key. */
  @Unique()
  @ManyToOne({ entity: () => Session, deleteRule: 'cascade', index: false })
  session!: Session;

  /** The account that the key acts as. */
  @ManyToOne({ entity: () => User, deleteRule: 'cascade', index: false })
  user!: User;

  @Field(() => String, { description: 'What it is for.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, { description: 'The last 4 characters of the key.' })
  @Property({ type: 'text' })
  hint!: string;

  /** Null for a key of the command line, and once the account of its creator is deleted. */
  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'set null', nullable: true })
  createdBy: User | null = null;

  @Field(() => Date, { description: 'When it was created.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it expires; null if it does not.' })
  @Property({ type: 'timestamptz', nullable: true })
  expiresAt: Date | null = null;
}
