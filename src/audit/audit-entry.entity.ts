import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Who did what to whom, from where.' })
@Entity({ tableName: 'audit_entries' })
export class AuditEntry {
  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => Date)
  @Index()
  @Property({ type: 'timestamptz' })
  at!: Date;

  @Field(() => String, { description: 'A verb of the domain, such as `user.create`.' })
  @Property({ type: 'text' })
  action!: string;

  /** No foreign key: the entry outlives the person, without naming them. */
  @Field(() => ID, {
    nullable: true,
    description: 'The user who acted; null for the system or an erased user.',
  })
  @Index()
  @Property({ type: 'integer', nullable: true })
  actorId: number | null = null;

  @Field(() => String, { nullable: true, description: 'What was acted on, such as `user:64`.' })
  @Property({ type: 'text', nullable: true })
  target: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  address: string | null = null;

  @Field(() => String, { nullable: true, description: 'What else matters, in words; never a secret.' })
  @Property({ type: 'text', nullable: true })
  detail: string | null = null;
}
