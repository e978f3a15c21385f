import type { RedisClient } from './client.js';

/** So many keys, each in another slot, are on each primary of a usual cluster. */
const KEYS = 64;

/**
 * Reads from all parts of a cluster: its client does not report that one has ended. Does nothing with a single server.
 * @throws Error of the client if a part does not answer.
 */
export async function probeCluster(client: RedisClient): Promise<void> {
  if (!('nodes' in client)) return;
  await Promise.all(Array.from({ length: KEYS }, (_, at) => client.exists(`gatehouse:probe:${at}`)));
}
