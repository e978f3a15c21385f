import { BigIntType } from '@mikro-orm/core';
import { Check, Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** The latest backup that `gatehouse backup` has made, in one row. */
@Entity({ tableName: 'last_backup' })
@Check({ name: 'last_backup_one_row', expression: 'id' })
export class LastBackup {
  @PrimaryKey({ type: 'boolean', default: true })
  id: boolean = true;

  /** Of what the archive has; it was complete later. */
  @Property({ type: 'timestamptz' })
  at!: Date;

  @Property({ type: new BigIntType('number') })
  archiveBytes!: number;

  @Property({ type: new BigIntType('number') })
  rows!: number;

  @Property({ type: 'integer' })
  packages!: number;

  @Property({ type: 'boolean' })
  encrypted!: boolean;
}
