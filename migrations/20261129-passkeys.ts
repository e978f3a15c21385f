import { Migration } from '@mikro-orm/migrations';

/** Passkeys, and the challenges that they sign. */
export class Passkeys20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table passkeys (
        id serial primary key,
        user_id int not null,
        credential_id text not null,
        user_handle text not null,
        public_key text not null,
        counter bigint not null,
        transports text[] not null,
        backup_eligible boolean not null,
        backed_up boolean not null,
        name text not null,
        created_at timestamptz not null,
        last_used_at timestamptz null
      );
      create index passkeys_user_id_index on passkeys (user_id);
      alter table passkeys add constraint passkeys_credential_id_unique unique (credential_id);
      alter table passkeys add constraint passkeys_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      create table passkey_challenges (
        challenge text not null primary key,
        purpose text not null,
        subject text null,
        planned jsonb null,
        expires_at timestamptz not null
      );
      create index passkey_challenges_expires_at_index on passkey_challenges (expires_at);
    `);
  }
}
