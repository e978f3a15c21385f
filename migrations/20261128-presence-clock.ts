import { Migration } from '@mikro-orm/migrations';

/** A primary key for the presence clock, which admits one row. */
export class PresenceClock20261128 extends Migration {
  override up(): void {
    this.addSql(`
      alter table presence_clock add column id boolean not null default true primary key;
      alter table presence_clock add constraint presence_clock_one_row check (id);
    `);
  }
}
