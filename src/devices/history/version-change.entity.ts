import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../../database/node.entity.js';
import { Device } from '../device.entity.js';

/** Written by a trigger on `devices` only, which keeps the latest 100 of each device. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A device reported another version than before.',
})
@Entity({ tableName: 'version_changes' })
@Index({ properties: ['device', 'id'] })
export class VersionChange {
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @ManyToOne({ entity: () => Device, deleteRule: 'cascade', index: false })
  device!: Device;

  @Field(() => String, { nullable: true, description: 'The version before; null if it had reported none.' })
  @Property({ type: 'text', nullable: true })
  previousVersion: string | null = null;

  @Field(() => String, { nullable: true, description: 'The version that it reports since then.' })
  @Property({ type: 'text', nullable: true })
  version: string | null = null;

  @Field(() => Date, { description: 'When it reported the version first.' })
  @Index()
  @Property({ type: 'timestamptz' })
  at!: Date;
}
