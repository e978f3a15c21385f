import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../../database/node.entity.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A saved filter of devices. A device is in the group while the filter selects it.',
})
@Entity({ tableName: 'device_groups' })
export class DeviceGroup {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => String, { description: 'Its name. Unique.' })
  @Unique()
  @Property({ type: 'text' })
  name!: string;

  /** A `DeviceFilter`. */
  @Property({ type: 'jsonb' })
  filter!: object;

  @Field(() => Date, { description: 'When it was created.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}
