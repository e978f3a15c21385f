import { Migration } from '@mikro-orm/migrations';

/**
 * The clients that accounts have signed in from. Those of the sessions that are kept are known, except by IPv6 address:
 * SQL has no short expression for its bucket.
 */
export class KnownClients20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create table known_clients (
        user_id int not null,
        client text not null,
        last_login_at timestamptz not null,
        primary key (user_id, client)
      );
      create index known_clients_last_login_at_index on known_clients (last_login_at);
      alter table known_clients add constraint known_clients_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
      insert into known_clients (user_id, client, last_login_at)
        select user_id, client, max(created_at) from (
          select user_id, 'device:' || device_id as client, created_at from sessions where device_id is not null
          union all
          select user_id, 'address:' || address, created_at from sessions where address ~ '^\\\\d+\\\\.\\\\d+\\\\.\\\\d+\\\\.\\\\d+$'
        ) logins group by user_id, client;
    `);
  }
}
