import { Migration } from '@mikro-orm/migrations';

/** Wrong answers to a captcha of other clients than the one that requested it. */
export class StrangerFailures20261128 extends Migration {
  override up(): void {
    this.addSql('alter table captchas add column stranger_failures integer not null default 0;');
  }
}
