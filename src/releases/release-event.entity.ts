import { BigIntType } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Release } from './release.entity.js';

export enum ReleaseEventType {
  PUBLISHED = 'PUBLISHED',
  WITHDRAWN = 'WITHDRAWN',
}
registerEnumType(ReleaseEventType, { name: 'ReleaseEventType' });

@ObjectType({ description: 'A release was published or withdrawn.' })
@Entity({ tableName: 'release_events' })
export class ReleaseEvent {
  /** Ids become visible in their order: writers take turns (`releases.ts`). */
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @Field(() => Release, { description: 'As it is now.' })
  @ManyToOne({ entity: () => Release })
  release!: Release;

  @Field(() => ReleaseEventType)
  @Enum({ items: () => ReleaseEventType, type: 'text' })
  type!: ReleaseEventType;

  @Field(() => Date)
  @Property({ type: 'timestamptz' })
  at!: Date;
}
