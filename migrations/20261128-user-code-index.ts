import { Migration } from '@mikro-orm/migrations';

/** Finds the accounts that an import collides with by their userCode. */
export class UserCodeIndex20261128 extends Migration {
  override up(): void {
    this.addSql('create index users_user_code_index on users (user_code);');
  }
}
