import { Migration } from '@mikro-orm/migrations';

/** How many gateways have started, so that one whose lock was interrupted knows whether another has run meanwhile. */
export class FleetStarts20261129 extends Migration {
  override up(): void {
    this.addSql('alter table fleet add column starts integer not null default 0');
  }
}
