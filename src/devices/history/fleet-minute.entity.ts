import { BigIntType, PrimaryKeyProp } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** What one process has counted in a minute. The fleet's heartbeats of a minute are the sum over its processes. */
@Entity({ tableName: 'fleet_minutes' })
export class FleetMinute {
  [PrimaryKeyProp]?: ['at', 'processId'];

  /** The start of the minute. */
  @PrimaryKey({ type: 'timestamptz' })
  at!: Date;

  /** Drawn by the process when it starts, so that saving a minute again replaces it. */
  @PrimaryKey({ type: 'uuid' })
  processId!: string;

  @Property({ type: new BigIntType('number') })
  heartbeats!: number;

  /** Online devices of the whole fleet, the fewest and the most of all samples. */
  @Property({ type: 'integer' })
  onlineMin!: number;

  @Property({ type: 'integer' })
  onlineMax!: number;

  /** The sum of all samples. */
  @Property({ type: new BigIntType('number') })
  onlineSum!: number;

  @Property({ type: 'integer' })
  samples!: number;

  /** Devices in use, online or not. */
  @Property({ type: 'integer' })
  devices!: number;
}
