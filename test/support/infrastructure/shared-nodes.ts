import { connectRedis, type RedisConnection } from '../../../src/redis/connection.js';
import { parseRedisUrl } from '../../../src/settings/redis-url.js';
import { startCluster, startRedis, type TestRedis } from './redis.js';

/** Nodes that share a Redis, each with connections of its own. */
export interface SharedNodes {
  readonly servers: readonly TestRedis[];
  /** Connects another node. */
  connect(): Promise<RedisConnection>;
  stop(): Promise<void>;
}

/** @param kind one server, or a cluster of three. */
export async function shareRedis(kind: 'server' | 'cluster'): Promise<SharedNodes> {
  const servers = kind === 'cluster' ? await startCluster() : [await startRedis()];
  const url = `${servers[0]?.url}${kind === 'cluster' ? '?cluster=true' : ''}`;
  const connections: RedisConnection[] = [];
  return {
    servers,
    async connect() {
      const connection = await connectRedis(parseRedisUrl(url));
      connections.push(connection);
      return connection;
    },
    async stop() {
      for (const connection of connections) connection.close();
      for (const server of servers) await server.stop();
    },
  };
}
