import type { Database } from '../../../src/database/database.js';

/** Sessions with different tags. */
export const sessionIdOf = (n: number): string =>
  `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** Adds a user with devices and sessions. */
export async function addRows(db: Database, devices: number, sessionIds: readonly string[]): Promise<void> {
  await db.em.execute(
    `insert into users (username, user_code, email, created_at)
     values ('fleet', 'fleet', 'fleet@example.org', now())`,
  );
  await db.em.execute(
    `insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, created_at, last_seen_at, expires_at)
     select s.id, u.id, 'bms', false, s.id, '2100-01-01', now(), now(), '2100-01-01'
     from users u, unnest(?::uuid[]) s(id)`,
    [`{${sessionIds}}`],
  );
  await db.em.execute(
    `insert into devices (user_id, client_id, door, online, first_seen_at, last_seen_at)
     select u.id, n, 'bms', false, now(), now() from users u, generate_series(1, ?) n`,
    [devices],
  );
}

export async function deviceIds(db: Database): Promise<number[]> {
  const rows = await db.em.execute<{ id: number }[]>('select id from devices order by id');
  return rows.map(({ id }) => id);
}

/** The devices have never beaten. */
export async function clearRows(db: Database): Promise<void> {
  await db.em.execute('delete from presence_events');
  await db.em.execute(`update presence_position set epoch = null, offsets = '{}'`);
  await db.em.execute('update devices set online = false, session_id = null');
  await db.em.execute(`update sessions set revoked_at = null, token_expires_at = '2100-01-01'`);
}
