import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deployedNginx, type Nginx, startNginx } from '../../support/infrastructure/nginx.js';
import { freePort } from '../../support/infrastructure/ports.js';
import { startRedis, type TestRedis } from '../../support/infrastructure/redis.js';
import { TestS3 } from '../../support/infrastructure/s3.js';
import { startTcpProxy, type TcpProxy } from '../../support/infrastructure/tcp-proxy.js';
import { openFolder, type Server, startServer } from '../../support/server.js';
import { type RestartablePostgres, startRestartablePostgres } from './restartable-postgres.js';

/** The administrator of the fleet, to whom its devices belong, too. */
export const ADMINISTRATOR = { username: 'root', password: 'correct horse' };

/** Short, but not too short for connections that open again after at most a second. */
export const INTERVAL_MS = 2000;

/** A gateway as a process of its own, which keeps its port when it starts again. */
export class GatewayNode {
  #server: Server | null = null;

  constructor(
    /** `host:port` */
    readonly host: string,
    /** Its connections to Redis. */
    readonly redisLink: TcpProxy,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param program the server of another version; by default, that of this one. */
  async start(program?: string): Promise<void> {
    this.#server = startServer(this.env, program ? [program] : undefined);
    await this.#server.ready();
  }

  /** Ends it as a crash does, or in order. @returns its exit code; null after a signal that it cannot handle. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#server?.child.kill(signal);
    const result = await this.#server?.ended;
    this.#server = null;
    return result?.code ?? null;
  }
}

/** Three gateways behind nginx, with a Redis, a PostgreSQL and an S3 of their own. */
export class Fleet {
  private constructor(
    readonly nodes: readonly GatewayNode[],
    readonly nginx: Nginx,
    readonly redis: TestRedis,
    readonly postgres: RestartablePostgres,
    /** The connections of all nodes to S3. */
    readonly s3Link: TcpProxy,
    private readonly resources: AsyncDisposableStack,
  ) {}

  /**
   * @param program the server of another version; by default, that of this one.
   * @param settings of every node, besides those of the fleet
   */
  static async start(program?: string, settings: Readonly<Record<string, string>> = {}): Promise<Fleet> {
    await using opened = new AsyncDisposableStack();
    const postgres = opened.adopt(await startRestartablePostgres(), (server) => server.stop());
    // Every write is on disk before it is acknowledged, so that a restart loses none.
    const persistence = { appendonly: 'yes', appendfsync: 'always' };
    const redis = opened.adopt(await startRedis(persistence), (server) => server.stop());
    const s3 = opened.use(await TestS3.start());
    const s3Link = opened.adopt(await startTcpProxy(s3.host), (link) => link.close());
    const folder = opened.adopt(await openFolder(), (path) => rm(path, { recursive: true, force: true }));
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
    const nodes: GatewayNode[] = [];
    for (const name of ['a', 'b', 'c']) {
      const port = await freePort();
      const redisLink = await startTcpProxy(`127.0.0.1:${redis.port}`);
      opened.defer(() => redisLink.close());
      const node = new GatewayNode(`127.0.0.1:${port}`, redisLink, {
        PORTS: String(port),
        DATA_DIR: join(folder, name),
        DATABASE_URL: postgres.url,
        REDIS_URL: `redis://${redisLink.host}`,
        STORAGE_URL: s3.url('fleet', s3Link.host),
        AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY,
        JWT_SECRETS: 'the secret of all nodes '.repeat(2).trim(),
        HEARTBEAT_INTERVAL: `${INTERVAL_MS / 1000}s`,
        TRUST_PROXY: 'loopback',
        ADMIN_ACCOUNT: ADMINISTRATOR.username,
        ADMIN_PASSWORD: ADMINISTRATOR.password,
        ...settings,
      });
      opened.defer(async () => void (await node.end('SIGTERM')));
      await node.start(program);
      nodes.push(node);
    }
    const upstreams = nodes.map(({ host }) => host);
    const nginx = opened.adopt(await startNginx((listen) => deployedNginx({ listen, upstreams })), (server) =>
      server.close(),
    );
    return new Fleet(nodes, nginx, redis, postgres, s3Link, opened.move());
  }

  stop(): Promise<void> {
    return this.resources.disposeAsync();
  }
}
