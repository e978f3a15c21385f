import { Migration } from '@mikro-orm/migrations';

/** Codes with which devices ask for a credential, and which their owners enter. */
export class DeviceClaims20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table device_claims (
        id serial primary key,
        code_hash text not null,
        secret_hash text not null,
        client_id text not null,
        name text null,
        address text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        claimed_by_id int null,
        collected_at timestamptz null
      );
      alter table device_claims add constraint device_claims_code_hash_unique unique (code_hash);
      alter table device_claims add constraint device_claims_secret_hash_unique unique (secret_hash);
      create index device_claims_expires_at_index on device_claims (expires_at);
      create index device_claims_claimed_by_id_index on device_claims (claimed_by_id);
      alter table device_claims add constraint device_claims_claimed_by_id_foreign foreign key (claimed_by_id) references users (id) on delete cascade;
    `);
  }
}
