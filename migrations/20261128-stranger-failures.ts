import { Migration } from '@mikro-orm/migrations';

/** Counts the wrong answers that clients other than its requester give to a captcha. */
export class StrangerFailures20261128 extends Migration {
  override up(): void {
    this.addSql('alter table captchas add column stranger_failures integer not null default 0;');
  }
}
