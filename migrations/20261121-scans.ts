import { Migration } from '@mikro-orm/migrations';

/** The browser that asks for a login by scanning, shown to the person who approves it. */
export class Scans20261121 extends Migration {
  override up(): void {
    this.addSql('alter table captchas add column requested_by text;');
  }
}
