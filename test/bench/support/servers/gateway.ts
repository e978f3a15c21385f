import { rm } from 'node:fs/promises';
import { withClient } from '../../../support/database.ts';
import { addAccounts, type Member, openSessions } from '../fleet.ts';
import { type Cluster, openFolder } from './cluster.ts';
import { type Server, startGatehouse } from './server.ts';

/** The limits stay on, but are wider than what one client in a benchmark does. */
const LIMITS = {
  DEVICES_PER_ACCOUNT: '10000000',
  DEVICES_PER_ADDRESS: '100000000',
  GRAPHQL_COMPLEXITY_PER_MINUTE: '1000000000',
  LIVE_SOCKETS_PER_ADDRESS: '1000000',
  LIVE_SOCKETS_PER_USER: '1000000',
};

const SECRET = 'benchmark-'.repeat(4);

/** Gatehouse with a database of its own, and an administrator. */
export interface Gateway extends AsyncDisposable {
  /** The process, another one after `killAndRestart`. */
  readonly server: Server;
  readonly databaseUrl: string;
  readonly admin: Member;
  /** What `peers/gatehouse-live.ts` needs to run on the same database. */
  liveOptions(): object;
  /** Kills the process without warning, and starts it again. */
  killAndRestart(): Promise<void>;
  /** Starts another node with the same settings, `REDIS_URL` among them. The caller must stop it. */
  startNode(): Promise<Server>;
  /** Adds accounts, each with a session of the API. */
  addMembers(count: number, api?: 'graphql' | 'upgrade'): Promise<Member[]>;
}

/** @param env settings besides the defaults. */
export async function startGateway(cluster: Cluster, env: Record<string, string> = {}): Promise<Gateway> {
  const databaseUrl = await cluster.createDatabase();
  const dataDir = await openFolder();
  const settings = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    JWT_SECRETS: SECRET,
    ...LIMITS,
    ...env,
  };
  let server = await startGatehouse(settings);
  const add = (count: number, api: 'graphql' | 'upgrade', role: string) =>
    withClient(databaseUrl, async (client) =>
      openSessions(client, await addAccounts(client, count, role), { api, secret: SECRET }),
    );
  const [admin] = await add(1, 'graphql', 'ADMIN');
  if (!admin) throw new Error('No administrator was added.');
  return {
    get server() {
      return server;
    },
    databaseUrl,
    admin,
    liveOptions: () => ({
      databaseUrl,
      settings: { DATA_DIR: dataDir, ...LIMITS },
      jwtSecret: SECRET,
      token: admin.token,
    }),
    addMembers: (count, api = 'upgrade') => add(count, api, 'MEMBER'),
    async killAndRestart() {
      await server.stop('SIGKILL');
      server = await startGatehouse(settings);
    },
    startNode: () => startGatehouse(settings),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
