import { BigIntType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Device } from './device.entity.js';

export enum OfflineReason {
  TIMEOUT = 'TIMEOUT',
  LOGOUT = 'LOGOUT',
  REVOKED = 'REVOKED',
  AUTH_EXPIRED = 'AUTH_EXPIRED',
}
registerEnumType(OfflineReason, {
  name: 'OfflineReason',
  description: 'Why a device is offline: it fell silent, left, was made to leave, or its token expired.',
});

@ObjectType({ description: 'A device came online or went offline.' })
@Entity({ tableName: 'presence_events' })
@Index({ properties: ['device', 'at'] })
export class PresenceEvent {
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @ManyToOne({ entity: () => Device, deleteRule: 'cascade' })
  device!: Device;

  @Field(() => Boolean)
  @Property({ type: 'boolean' })
  online!: boolean;

  @Field(() => OfflineReason, { nullable: true, description: 'Null when it came online.' })
  @Property({ type: 'text', nullable: true })
  reason: OfflineReason | null = null;

  @Field(() => Date)
  @Index()
  @Property({ type: 'timestamptz' })
  at!: Date;
}
