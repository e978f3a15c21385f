import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { User } from '../users/user.entity.js';

@ObjectType({ description: 'What beats: a machine in the field, or a program on one.' })
@Entity({ tableName: 'devices' })
@Unique({ properties: ['user', 'clientId'] })
export class Device {
  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => User, { description: 'Whose account it uses.' })
  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;

  @Field(() => String, {
    nullable: true,
    description: 'The id the device gives itself; null where it gives none.',
  })
  @Property({ type: 'text', nullable: true })
  clientId: string | null = null;

  @Field(() => String, { name: 'door', description: 'The API of its latest session.' })
  @Property({ type: 'text', fieldName: 'door' })
  api!: string;

  @Field(() => String, { nullable: true, description: 'Its name or model.' })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @Field(() => String, { nullable: true, description: 'The version it reported last.' })
  @Index()
  @Property({ type: 'text', nullable: true })
  clientVersion: string | null = null;

  /** No foreign key: sessions are purged, devices stay. */
  @Field(() => ID, {
    nullable: true,
    description: 'The session whose beats count for it; it may have ended.',
  })
  @Index()
  @Property({ type: 'uuid', nullable: true })
  sessionId: string | null = null;

  @Field(() => Boolean)
  @Property({ type: 'boolean' })
  online: boolean = false;

  @Field(() => Date)
  @Property({ type: 'timestamptz' })
  firstSeenAt!: Date;

  @Field(() => Date, { description: 'When it beat last, as of the last saving; exact once it is offline.' })
  @Property({ type: 'timestamptz' })
  lastSeenAt!: Date;
}
