import { Migration } from '@mikro-orm/migrations';

/** Links that reset a password, and which sessions were opened with a code sent by SMS. */
export class Recovery20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table password_reset_links (
        user_id int not null primary key,
        token_hash text not null,
        expires_at timestamptz not null
      );
      alter table password_reset_links add constraint password_reset_links_token_hash_unique unique (token_hash);
      create index password_reset_links_expires_at_index on password_reset_links (expires_at);
      alter table password_reset_links add constraint password_reset_links_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      alter table sessions add column opened_by_phone boolean not null default false;
    `);
  }
}
