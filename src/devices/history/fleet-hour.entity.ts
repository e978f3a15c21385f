import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** The minutes of an hour, rolled up: see `FleetMinute`. */
@Entity({ tableName: 'fleet_hours' })
export class FleetHour {
  /** The start of the hour. */
  @PrimaryKey({ type: 'timestamptz' })
  at!: Date;

  @Property({ type: new BigIntType('number') })
  heartbeats!: number;

  @Property({ type: 'integer' })
  onlineMin!: number;

  @Property({ type: 'integer' })
  onlineMax!: number;

  @Property({ type: 'double' })
  onlineAvg!: number;

  @Property({ type: 'integer' })
  devices!: number;
}
