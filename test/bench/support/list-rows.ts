import type pg from 'pg';

/** Rows for the lists: accounts, each with a device, an audit entry and a release. */
export async function fillLists(client: pg.Client): Promise<void> {
  await client.query(
    `insert into users (username, name, nickname, email, user_code, created_at)
     select 'person-' || n, '王' || chr(19968 + n), 'nick-' || n, 'person-' || n || '@example.com',
       (200000000000 + n)::text, date_trunc('milliseconds', now())
     from generate_series(1, 100) as n`,
  );
  await client.query(
    `insert into user_roles (user_id, role_id)
     select users.id, roles.id from users, roles where code = 'MEMBER' and username like 'person-%'`,
  );
  await client.query(
    `insert into devices (user_id, client_id, door, name, client_version, online, first_seen_at, last_seen_at)
     select id, 'serial-' || id, 'upgrade', 'Mate 60', '101', false, date_trunc('milliseconds', now()), now()
     from users`,
  );
  await client.query(
    `insert into audit_entries (at, action, actor_id, target, address, detail)
     select date_trunc('milliseconds', now()), 'session.open', id, 'user_' || id, '127.0.0.1', 'graphql' from users`,
  );
  await client.query(
    `insert into releases (channel, version, version_form, version_order, package_name, file_name, size, sha256,
       uploader_id, published_at)
     select 'stable', id::text, 'INTEGER', lpad(id::text, 20, '0'), 'package-' || id, 'package.zip', 1000 + id,
       encode(sha256(id::text::bytea), 'hex'), id, date_trunc('milliseconds', now())
     from users`,
  );
  await client.query('analyze');
}
