import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { User } from '../users/user.entity.js';

@ObjectType({ description: 'One login.' })
@Entity({ tableName: 'sessions' })
export class Session {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => User)
  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;

  @Field(() => String, {
    name: 'door',
    description: 'The API the session was opened through: graphql, uims, console, …',
  })
  @Property({ type: 'text', fieldName: 'door' })
  api!: string;

  /** A restricted session never administers, whatever its owner's roles are. */
  @Field(() => Boolean, {
    name: 'capped',
    description: 'Whether the session is kept to its own account and to publishing.',
  })
  @Property({ type: 'boolean', fieldName: 'capped' })
  restricted!: boolean;

  /** SHA-256 of the current access token, hex. */
  @Unique()
  @Property({ type: 'text', hidden: true })
  tokenHash!: string;

  @Property({ type: 'timestamptz' })
  tokenExpiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The client device id that the login named.' })
  @Property({ type: 'text', nullable: true })
  deviceId: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  deviceModel: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  clientVersion: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  address: string | null = null;

  @Field(() => Date)
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => Date)
  @Property({ type: 'timestamptz' })
  lastSeenAt!: Date;

  @Field(() => Date, {
    description: 'When the session ends unless it is used (sliding) or refreshed before.',
  })
  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;

  @Field(() => Date, { nullable: true })
  @Index()
  @Property({ type: 'timestamptz', nullable: true })
  revokedAt: Date | null = null;
}
