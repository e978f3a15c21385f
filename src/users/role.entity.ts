import { OptionalProps } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../database/node.entity.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A named set of permissions. MEMBER, VIEWER, PUBLISHER and ADMIN are built in; administrators and imports add others.',
})
@Entity({ tableName: 'roles' })
export class Role {
  [OptionalProps]?: 'requiresSecondFactor';

  /** Internal: roles are known by their code. */
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => String, { description: 'The code that names it in inputs, such as `ADMIN`. Unique.' })
  @Unique()
  @Property({ type: 'text' })
  code!: string;

  @Field(() => String, { description: 'Its name for people.' })
  @Property({ type: 'text' })
  name!: string;

  @Property({ type: 'text[]' })
  permissions: string[] = [];

  @Field(() => Boolean, {
    description:
      'Whether people who have it must enrol a second factor. Until they do, their sessions allow nothing else.',
  })
  @Property({ type: 'boolean', default: false })
  requiresSecondFactor: boolean = false;
}
