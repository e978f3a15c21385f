import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Api } from '../../sessions/session.entity.js';

/**
 * A change of the number of devices with the same API, version and state: the number is the sum of its rows. Written by
 * triggers on `devices` only.
 */
@Entity({ tableName: 'device_counts' })
export class DeviceCount {
  @PrimaryKey({ type: new BigIntType('number'), autoincrement: true })
  id!: number;

  @Property({ type: 'text', fieldName: 'door' })
  api!: Api;

  @Property({ type: 'text', nullable: true })
  clientVersion: string | null = null;

  @Property({ type: 'boolean' })
  online!: boolean;

  @Property({ type: 'integer' })
  devices!: number;
}
