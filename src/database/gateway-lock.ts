import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../errors.js';
import { connectClient } from './connections/failover-client.js';
import { type Database, reasonOf } from './database.js';

/** The advisory lock that the gateways on a database hold. Arbitrary; `exclusive.ts` has the other numbers. */
const LOCK = 7_284_112;
/** How long a supervisor that replaces a gateway may take to end the previous one. */
const WAIT_MS = 30_000;
const RETRY_MS = 250;
const HEARTBEAT_MS = 500;
/** A database that has not answered for this long hangs. */
const SILENT_MS = 1500;
/** A connection that has been silent for this long is given up if others work. */
const GIVE_UP_MS = 30_000;
/** Connections of a pooler that are tried before it is trusted to keep backends apart. */
const PROBES = 3;

const HOLDS_LOCK = `select 1 from pg_locks where locktype = 'advisory' and objid = ${LOCK} and pid = pg_backend_pid()`;

export interface GatewayLockOptions {
  /** Whether other gateways may hold it, too, as nodes of one fleet do. */
  readonly isShared: boolean;
  /** Aborts the wait for another gateway. */
  readonly signal: AbortSignal;
  /** Called each time the database stops answering. */
  onSilent(): void;
  /** Called once with a sentence when the lock has ended. A shared one is taken again after a restart of the server. */
  onEnd(sentence: string): void;
}

/** A lock that lasts as long as its connection, so that it ends with the process even after a crash. */
export interface GatewayLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of the gateways on a database, over a connection of its own, and supervises that connection.
 * @param url as for `openDatabase`; its connections must keep their backends.
 * @param db the connections of the services, which must be to the same database.
 * @throws StartError if a gateway that excludes this one holds the lock for 30 seconds, if a pooler changes backends, or if `db` is of
 * another database.
 */
export async function lockGateway(
  url: string,
  db: Database,
  options: GatewayLockOptions,
): Promise<GatewayLock> {
  const client = await connectClient(url).catch((error: unknown) => {
    throw new StartError(`The connection that locks the database cannot be opened: ${reasonOf(error)}.`);
  });
  try {
    await requireOwnBackend(client, url);
    await takeLock(client, options);
    await requireLocked(db, await backendOf(client));
  } catch (error) {
    await client.end();
    throw error;
  }
  return (options.isShared ? keepSharedLock : superviseLock)(client, url, options);
}

async function takeLock(
  client: pg.Client,
  { isShared, signal }: Pick<GatewayLockOptions, 'isShared' | 'signal'>,
): Promise<void> {
  const tryLock = isShared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  for (const end = performance.now() + WAIT_MS; ; await setTimeout(RETRY_MS, undefined, { signal })) {
    const { rows } = await client.query<{ taken: boolean }>(`select ${tryLock}(${LOCK}) as taken`);
    if (rows[0]?.taken) return;
    if (performance.now() > end) {
      throw new StartError(
        isShared
          ? 'A gateway without REDIS_URL is running on this database: stop it first, since it shares nothing with this one.'
          : 'Another gateway is running on this database: stop it first, since devices of one would be offline at the other.',
      );
    }
  }
}

/** @throws StartError if the locked database is not this one. */
async function requireLocked(db: Database, pid: number): Promise<void> {
  const locks = await db.em.execute(
    `select 1 from pg_locks join pg_database on pg_database.oid = database
     where locktype = 'advisory' and objid = ${LOCK} and pid = ? and datname = current_database()`,
    [pid],
  );
  if (locks.length > 0) return;
  throw new StartError(
    'The lock of the gateway is on another database than its data: DATABASE_DIRECT_URL must name the database of DATABASE_URL.',
  );
}

/** @throws StartError if transactions of one connection may reach different backends, which do not share a lock. */
async function requireOwnBackend(client: pg.Client, url: string): Promise<void> {
  const pid = await backendOf(client);
  // A pooler answers with an id of its own.
  const isDirect = 'processID' in client && client.processID === pid && (await backendOf(client)) === pid;
  if (isDirect || (await keepsBackend(client, pid, url))) return;
  throw new StartError(
    'The connections of DATABASE_URL change their backend between transactions, as those of PgBouncer do: ' +
      'set DATABASE_DIRECT_URL to the database without the pooler, for the lock of the gateway.',
  );
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** Whether transactions of other connections get other backends. */
async function keepsBackend(client: pg.Client, pid: number, url: string): Promise<boolean> {
  const others: pg.Client[] = [];
  try {
    for (let probe = 0; probe < PROBES; probe++) {
      const other = await connectClient(url);
      others.push(other);
      await other.query('begin');
      if ((await backendOf(other)) === pid || (await backendOf(client)) !== pid) return false;
    }
    return true;
  } finally {
    await Promise.all(others.map((other) => other.end()));
  }
}

/**
 * The history of the server, which changes when a standby takes over: then, commits may be lost, and the snapshots that
 * nodes remember do not compare with those of the server.
 */
async function timelineOf(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ timeline: string }>(
    'select left(pg_walfile_name(pg_current_wal_lsn()), 8) as timeline',
  );
  return rows[0]?.timeline;
}

/** Supervises a shared lock, and takes it again when its connection ends, as a restart of the server ends it. */
async function keepSharedLock(
  client: pg.Client,
  url: string,
  options: GatewayLockOptions,
): Promise<GatewayLock> {
  // Not every server says so.
  const timeline = await timelineOf(client).catch(() => undefined);
  if (timeline === undefined) return superviseLock(client, url, options);
  const released = new AbortController();
  const supervise = (locking: pg.Client) => superviseLock(locking, url, { ...options, onEnd: retake });
  const retake = (sentence: string) => {
    lockAgain(url, timeline, sentence, released.signal).then(
      (next) => {
        lock = supervise(next);
      },
      (error: Error) => {
        if (!released.signal.aborted) options.onEnd(error.message);
      },
    );
  };
  let lock = supervise(client);
  return {
    async release() {
      released.abort();
      await lock.release();
    },
  };
}

/** @throws StartError with the sentence if the timeline has changed, and as `takeLock` */
async function lockAgain(
  url: string,
  timeline: string,
  sentence: string,
  signal: AbortSignal,
): Promise<pg.Client> {
  for (;;) {
    const client = await connectClient(url).catch(() => null);
    try {
      if (client) {
        if ((await timelineOf(client)) !== timeline) throw new StartError(sentence);
        await takeLock(client, { isShared: true, signal });
        return client;
      }
    } catch (error) {
      await client?.end();
      // Otherwise the server has ended once more.
      if (error instanceof StartError || signal.aborted) throw error;
    }
    await setTimeout(RETRY_MS, undefined, { signal });
  }
}

function superviseLock(client: pg.Client, url: string, { onSilent, onEnd }: GatewayLockOptions): GatewayLock {
  let released = false;
  const end = (reason: string) => {
    if (released) return;
    stop();
    onEnd(`The gateway no longer holds the lock on its database (${reason}): another gateway may run.`);
  };
  let isWaiting = false;
  const beat = async () => {
    // The previous heartbeat is still unanswered.
    if (isWaiting) return;
    isWaiting = true;
    const silent = globalThis.setTimeout(onSilent, SILENT_MS);
    const giveUp = globalThis.setTimeout(() => void endIfOthersConnect(), GIVE_UP_MS);
    try {
      const { rowCount } = await client.query(HOLDS_LOCK);
      if (rowCount === 0) end('its backend has changed');
    } catch (error) {
      end(reasonOf(error));
    }
    clearTimeout(silent);
    clearTimeout(giveUp);
    isWaiting = false;
  };
  const endIfOthersConnect = async () => {
    const other = await connectClient(url).catch(() => null);
    await other?.end();
    if (other) end('its connection does not answer');
  };
  const timer = setInterval(() => void beat(), HEARTBEAT_MS);
  const stop = () => {
    released = true;
    clearInterval(timer);
  };
  client.once('end', () => end('its connection was closed'));
  return {
    async release() {
      stop();
      // A server that hangs would never confirm it.
      await Promise.race([client.end(), setTimeout(SILENT_MS, undefined, { ref: false })]);
    },
  };
}
