import { Migration } from '@mikro-orm/migrations';

/** Who approves a login by scanning is told which browser asks for it. */
export class Scans20261121 extends Migration {
  override up(): void {
    this.addSql('alter table captchas add column requested_by text;');
  }
}
