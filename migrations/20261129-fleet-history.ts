import { Migration } from '@mikro-orm/migrations';

/** What processes count in each minute, and the sums of each hour. */
export class FleetHistory20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table fleet_minutes (
        at timestamptz not null,
        process_id uuid not null,
        heartbeats bigint not null,
        online_min int not null,
        online_max int not null,
        online_sum bigint not null,
        samples int not null,
        devices int not null,
        primary key (at, process_id)
      );
      create table fleet_hours (
        at timestamptz not null primary key,
        heartbeats bigint not null,
        online_min int not null,
        online_max int not null,
        online_avg double precision not null,
        devices int not null
      );
    `);
  }
}
