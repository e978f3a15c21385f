import { Migration } from '@mikro-orm/migrations';

/** The position up to which a fleet of several nodes has saved its transitions. */
export class PresencePosition20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table presence_position (
        id boolean not null default true primary key, epoch text, offsets bigint[] not null,
        constraint presence_position_one_row check (id)
      );
      insert into presence_position (offsets) values ('{}');
    `);
  }
}
