import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { addressBucket, NO_ADDRESS } from '../rate-limits/address-bucket.js';
import type { Client } from './caller.js';
import { KnownClient } from './known-client.entity.js';

const DAY_MS = 86_400_000;

/** How long after its latest login a client is known. */
export const KNOWN_CLIENT_LIFETIME_MS = 90 * DAY_MS;

/** Finds out whether an account has signed in from a client before. */
export class KnownClients {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The key under which the account knows the client: its device id or else its address. Null if it is a stranger.
   * @param userId null when no account has the name that was entered. It takes the same time.
   */
  async find(userId: number | null, client: ClientKeys): Promise<string | null> {
    const since = new Date(this.clock() - KNOWN_CLIENT_LIFETIME_MS);
    const where = { user: userId ?? 0, client: keysOf(client), lastLoginAt: { $gt: since } };
    const found = await this.db.em.fork().find(KnownClient, where, { orderBy: { client: 'desc' }, limit: 1 });
    return found[0]?.client ?? null;
  }
}

/** Remembers the client of a login. Within a day of the previous login it only reads. */
export async function rememberClient(
  em: EntityManager,
  userId: number,
  client: ClientKeys,
  now: Date,
): Promise<void> {
  await em.execute(
    `insert into known_clients (user_id, client, last_login_at)
     select ?, login.client, ? from unnest(array[?]) as login(client)
     where not exists (
       select from known_clients known
       where known.user_id = ? and known.client = login.client and known.last_login_at > ?)
     order by login.client
     on conflict (user_id, client) do update set last_login_at = excluded.last_login_at`,
    [userId, now, keysOf(client), userId, new Date(now.getTime() - DAY_MS)],
  );
}

/** Forgets the clients of a user: another person may have signed in from them. */
export async function forgetClients(em: EntityManager, userId: number): Promise<void> {
  await em.nativeDelete(KnownClient, { user: userId });
}

type ClientKeys = Pick<Client, 'address' | 'deviceId'>;

/** Sorted, so that parallel logins lock their rows in one order. */
function keysOf({ address, deviceId }: ClientKeys): string[] {
  const bucket = addressBucket(address);
  return [
    ...(bucket === NO_ADDRESS ? [] : [`address:${bucket}`]),
    ...(deviceId === null ? [] : [`device:${deviceId}`]),
  ];
}
