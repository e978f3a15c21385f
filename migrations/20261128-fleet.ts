import { Migration } from '@mikro-orm/migrations';

/** The id of the fleet, in the only row of a table. */
export class Fleet20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create table fleet (
        id boolean not null default true primary key,
        fleet_id uuid not null,
        constraint fleet_one_row check (id)
      );
      insert into fleet (fleet_id) values (gen_random_uuid());
    `);
  }
}
