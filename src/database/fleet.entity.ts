import { Check, Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** The identity of a fleet, in one row: what it stores elsewhere has the same id. */
@Entity({ tableName: 'fleet' })
@Check({ name: 'fleet_one_row', expression: 'id' })
export class Fleet {
  @PrimaryKey({ type: 'boolean', default: true })
  id: boolean = true;

  @Property({ type: 'uuid' })
  fleetId!: string;

  /** How many gateways have started on this database. */
  @Property({ type: 'integer', default: 0 })
  starts!: number;
}
