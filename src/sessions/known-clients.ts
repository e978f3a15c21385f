import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { addressBucket, NO_ADDRESS } from '../rate-limits/address-bucket.js';
import type { Client } from './caller.js';
import { KnownClient } from './known-client.entity.js';

/** How long after its latest login a client is known. */
export const KNOWN_CLIENT_LIFETIME_MS = 90 * 86_400_000;

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
  async find(userId: number | null, client: ClientNames): Promise<string | null> {
    const since = new Date(this.clock() - KNOWN_CLIENT_LIFETIME_MS);
    const where = { user: userId ?? 0, client: clientKeys(client), lastLoginAt: { $gt: since } };
    const found = await this.db.em.fork().find(KnownClient, where, { orderBy: { client: 'desc' }, limit: 1 });
    return found[0]?.client ?? null;
  }
}

/** Forgets the clients of a user: another person may have signed in from them. */
export async function forgetClients(em: EntityManager, userId: number): Promise<void> {
  await em.nativeDelete(KnownClient, { user: userId });
}

/** Identifies a client. */
export type ClientNames = Pick<Client, 'deviceId'> & { readonly address: string | null };

/** The keys under which an account knows a client. */
export function clientKeys({ address, deviceId }: ClientNames): string[] {
  const bucket = address === null ? NO_ADDRESS : addressBucket(address);
  return [
    ...(bucket === NO_ADDRESS ? [] : [`address:${bucket}`]),
    ...(deviceId === null ? [] : [`device:${deviceId}`]),
  ];
}
