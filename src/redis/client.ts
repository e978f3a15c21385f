import type { Cluster, Redis } from 'ioredis';

/** A client of one server, of the primary that sentinels name, or of a cluster. */
export type RedisClient = Redis | Cluster;

/** The servers that hold data: one, or the primaries of a cluster. */
export const primaries = (client: RedisClient): Redis[] =>
  'nodes' in client ? client.nodes('master') : [client];
