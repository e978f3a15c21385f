import { BigIntType } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Release } from './release.entity.js';

export enum ReleaseEventKind {
  PUBLISHED = 'PUBLISHED',
  WITHDRAWN = 'WITHDRAWN',
}
registerEnumType(ReleaseEventKind, {
  name: 'ReleaseEventKind',
  description: 'What happened to a release.',
  valuesConfig: {
    PUBLISHED: { description: 'It was published.' },
    WITHDRAWN: { description: 'It was withdrawn.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A release was published or withdrawn.' })
@Entity({ tableName: 'release_events' })
export class ReleaseEvent {
  /** Ids become visible in their order: writers take turns (`releases.ts`). */
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @Field(() => Release, { description: 'The release as it is now.' })
  @ManyToOne({ entity: () => Release })
  release!: Release;

  @Field(() => ReleaseEventKind, { description: 'What happened to it.' })
  @Enum({ items: () => ReleaseEventKind, type: 'text', fieldName: 'type' })
  kind!: ReleaseEventKind;

  @Field(() => Date, { description: 'When it happened.' })
  @Property({ type: 'timestamptz' })
  at!: Date;
}
