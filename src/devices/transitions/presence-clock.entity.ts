import { Check, Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** When a gateway last reported to be alive, in one row. A start reads from it how long none was running. */
@Entity({ tableName: 'presence_clock' })
@Check({ name: 'presence_clock_one_row', expression: 'id' })
export class PresenceClock {
  @PrimaryKey({ type: 'boolean', default: true })
  id: boolean = true;

  @Property({ type: 'timestamptz' })
  aliveAt!: Date;
}
