import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { Device } from './device.entity.js';

export enum OfflineReason {
  TIMEOUT = 'TIMEOUT',
  LOGOUT = 'LOGOUT',
  REVOKED = 'REVOKED',
  AUTH_EXPIRED = 'AUTH_EXPIRED',
}
registerEnumType(OfflineReason, {
  name: 'OfflineReason',
  description: 'Why a device went offline.',
  valuesConfig: {
    TIMEOUT: { description: 'It sent no heartbeat for two and a half intervals.' },
    LOGOUT: { description: 'It signed out.' },
    REVOKED: { description: 'Its session was revoked.' },
    AUTH_EXPIRED: { description: 'Its access token expired.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A device came online or went offline.',
})
@Entity({ tableName: 'presence_events' })
@Index({ properties: ['device', 'at'] })
export class PresenceEvent {
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @ManyToOne({ entity: () => Device, deleteRule: 'cascade' })
  device!: Device;

  @Field(() => Boolean, { description: 'Whether it came online.' })
  @Property({ type: 'boolean' })
  online!: boolean;

  @Field(() => OfflineReason, {
    nullable: true,
    description: 'Why it went offline; null when it came online.',
  })
  @Property({ type: 'text', nullable: true })
  reason: OfflineReason | null = null;

  @Field(() => Date, { description: 'When it happened.' })
  @Index()
  @Property({ type: 'timestamptz' })
  at!: Date;
}
