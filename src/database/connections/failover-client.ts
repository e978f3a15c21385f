import pg, { type ClientConfig } from 'pg';
import { CircuitBreaker } from './circuit-breaker.js';
import { type ConnectionPlan, planConnection } from './connection-attempts.js';
import { asFailedConnection } from './failed-connection.js';

/**
 * Opens a connection of its own, to the first server that accepts it.
 * @param url as for `openDatabase`
 * @param timeoutMs for each server; that of the URL by default.
 * @throws the error of the last attempt that says more than that the server has no encryption.
 */
export async function connectClient(url: string, timeoutMs?: number): Promise<pg.Client> {
  const plan = planConnection(url);
  const timeout = timeoutMs === undefined ? {} : { connectionTimeoutMillis: timeoutMs };
  const attempts = plan.attempts.map((attempt) => ({ ...attempt, ...timeout }));
  const { client } = await connectFirst({ ...plan, attempts }, new CircuitBreaker());
  return client;
}

type ConnectCallback = (error: Error | null, client?: pg.Client) => void;

/**
 * The class of the clients in a pool, which connect to the first server that accepts them. They try the one of the latest
 * connection first, since a server that is down may let each attempt wait.
 */
export function failoverClient(plan: ConnectionPlan, breaker: CircuitBreaker): typeof pg.Client {
  const [first] = plan.attempts;
  let { attempts } = plan;
  const hasOneChoice = plan.attempts.length === 1 && plan.requiredState === 'any';
  return class FailoverClient extends pg.Client {
    constructor(config: ClientConfig) {
      super({ ...config, ...first });
      // A server may end the connection before the pool listens, which would be an uncaught exception.
      this.on('error', () => {});
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
      const connected = breaker
        .connect(this, () => (hasOneChoice ? super.connect() : this.#connectToFirst()))
        .catch((error: unknown) => {
          throw asFailedConnection(error);
        });
      if (!callback) return connected;
      connected.then((client) => callback(null, client), callback);
      return undefined;
    }

    /** A client that failed to connect cannot try again, so that another one finds the server first. */
    async #connectToFirst(): Promise<pg.Client> {
      const { client, attempt } = await connectFirst({ ...plan, attempts }, breaker);
      attempts = [attempt, ...plan.attempts.filter((other) => other !== attempt)];
      await client.end();
      const { host, port, ssl, connection } = new pg.Client(attempt);
      Object.assign(this, { host, port, ssl, connection });
      return super.connect();
    }
  };
}

interface Connected {
  readonly client: pg.Client;
  readonly attempt: ClientConfig;
}

async function connectFirst(
  { attempts, requiredState }: ConnectionPlan,
  breaker: CircuitBreaker,
): Promise<Connected> {
  let failure: unknown;
  const silentServers = new Set<string>();
  for (const attempt of attempts) {
    const server = `${attempt.host}:${attempt.port}`;
    // Another encryption would wait as long.
    if (silentServers.has(server)) continue;
    const client = new pg.Client(attempt);
    // A server that ends the connection later would be an uncaught exception without a listener.
    client.on('error', () => {});
    try {
      await breaker.connect(client, () => client.connect());
      await requireState(client, requiredState);
      return { client, attempt };
    } catch (error) {
      // A server without encryption says so however it has failed before.
      failure = failure !== undefined && isWithoutEncryption(error) ? failure : error;
      if (isTimeout(error)) silentServers.add(server);
      await client.end().catch(() => {});
    }
  }
  throw failure;
}

const isWithoutEncryption = (error: unknown): boolean =>
  error instanceof Error && error.message === 'The server does not support SSL connections';

/** The driver gives its errors no code. */
const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'timeout expired';

/** @throws Error unless the server is what `target_session_attrs` requires. */
async function requireState(client: pg.Client, required: ConnectionPlan['requiredState']): Promise<void> {
  if (required === 'any') return;
  const { rows } = await client.query<{ standby: boolean; readOnly: boolean }>(
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as "readOnly"`,
  );
  const [state] = rows;
  if (state?.standby) throw new Error('the server is a standby');
  if (state?.readOnly && required === 'read-write') throw new Error('the server is read-only');
}
