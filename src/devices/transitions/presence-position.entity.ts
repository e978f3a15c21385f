import { Check, Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** The position in the streams of transitions up to which a fleet of several nodes has saved them, in one row. */
@Entity({ tableName: 'presence_position' })
@Check({ name: 'presence_position_one_row', expression: 'id' })
export class PresencePosition {
  @PrimaryKey({ type: 'boolean', default: true })
  id: boolean = true;

  /** Null after a node has run alone: what Redis has is outdated. */
  @Property({ type: 'text', nullable: true })
  epoch: string | null = null;

  /** By shard. */
  @Property({ columnType: 'bigint[]' })
  offsets: number[] = [];
}
