import { Migration } from '@mikro-orm/migrations';

/** Usernames may be digits. Those of earlier versions never had the form of a phone. */
export class PhoneForms20261128 extends Migration {
  override up(): void {
    this.addSql(`
      alter table login_names add column phone_form text null;
      create index login_names_phone_form_index on login_names (phone_form);
    `);
  }
}
