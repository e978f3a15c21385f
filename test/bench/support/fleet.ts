import { createHash, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type pg from 'pg';

/** Rows of one statement. */
const BATCH = 10_000;

/** An account with a session. */
export interface Member {
  readonly userId: number;
  readonly username: string;
  readonly sessionId: string;
  /** The access token of the session, valid for a day. */
  readonly token: string;
}

type Account = Pick<Member, 'userId' | 'username'>;

/** Adds accounts as the gateway does, with Chinese names. @returns them in the order of their ids. */
export async function addAccounts(client: pg.Client, count: number, role: string): Promise<Account[]> {
  const { rows } = await client.query<Account>(
    `with added as (
       insert into users (username, phone, name, nickname, email, user_code, type, created_at)
       select 'device-' || n, '86138' || lpad(n::text, 8, '0'), '王' || chr(19968 + n % 5000) || chr(20000 + n % 3000),
         'nick-' || n, 'device-' || n || '@example.com', (100000000000 + n)::text, 1, now() - n * interval '1 ms'
       from (select coalesce(max(id), 0) as last from users) as existing, generate_series(last + 1, last + $1::int) as n
       returning id, username, phone),
     names as (
       insert into login_names (name, kind, user_id)
       select username, 'username', id from added union all select phone, 'phone', id from added),
     granted as (
       insert into user_roles (user_id, role_id) select added.id, roles.id from added, roles where code = $2)
     select id as "userId", username from added order by id`,
    [count, role],
  );
  return rows;
}

/** Opens a session of each account in the database, with a token that the gateway verifies. */
export async function openSessions(
  client: pg.Client,
  accounts: readonly Account[],
  { api, secret }: { api: 'graphql' | 'upgrade'; secret: string },
): Promise<Member[]> {
  const members = accounts.map((account) => ({ ...account, ...newSession(account, secret) }));
  for (let start = 0; start < members.length; start += BATCH) {
    const batch = members.slice(start, start + BATCH);
    await client.query(
      `insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, device_id, device_model,
         client_version, address, created_at, last_seen_at, expires_at)
       select id, user_id, $1, $2, hash, now() + interval '1 day', 'serial-' || user_id, 'Mate 60', '101', '127.0.0.1',
         now(), now(), now() + interval '1 day'
       from unnest($3::uuid[], $4::int[], $5::text[]) as session (id, user_id, hash)`,
      [
        api,
        api !== 'graphql',
        batch.map(({ sessionId }) => sessionId),
        batch.map(({ userId }) => userId),
        batch.map(({ token }) => createHash('sha256').update(token).digest('hex')),
      ],
    );
  }
  return members;
}

function newSession({ userId, username }: Account, secret: string): Pick<Member, 'sessionId' | 'token'> {
  const sessionId = randomUUID();
  const claims = { account: username, name: '', sub: String(userId), jti: sessionId };
  return { sessionId, token: jwt.sign(claims, secret, { algorithm: 'HS256', expiresIn: '1d' }) };
}
