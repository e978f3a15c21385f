import { Migration } from '@mikro-orm/migrations';

/** Whether the account knows the client of a login: those of strangers do not end them. */
export class KnownChallenges20261129 extends Migration {
  override up(): void {
    this.addSql('alter table login_challenges add column from_known_client boolean not null default false;');
  }
}
