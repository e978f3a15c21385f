import type { Config } from './config.js';
import { CircuitBreaker } from './database/connections/circuit-breaker.js';
import { closeDatabase, type Database, openDatabase } from './database/database.js';
import { databaseProblem } from './database/gateway-lock/answers.js';
import { lockGateway } from './database/gateway-lock/gateway-lock.js';
import type { HeldLock, HeldLockOptions } from './database/gateway-lock/held-lock.js';
import { untilReachable } from './database/reachable.js';
import { entities, migrate } from './entities.js';
import { type Health, HealthComponent } from './health/health.js';
import type { Tracing } from './tracing/tracing.js';

/** The exit of the embedded database is reported within this time after the end of its connections. */
const EXIT_GRACE_MS = 1500;

/** What the database of a gateway needs and reports to. */
export interface DatabaseContext {
  readonly health: Health;
  readonly tracing: Tracing | null;
  /** Receives what the operator should know before the gateway has started. */
  info(line: string): void;
  /** Called with a sentence when the gateway can serve no longer. */
  onFatal(sentence: string): void;
}

/**
 * Opens the database, keeps other gateways off it, and migrates it. What happens to it later shows in `health`.
 * @param ownUrl of the embedded database; null where DATABASE_URL names another one.
 * @param resources gets what must be closed again.
 * @throws StartError where one sentence says why.
 */
export async function openGatewayDatabase(
  config: Config,
  ownUrl: string | null,
  resources: AsyncDisposableStack,
  { health, tracing, info, onFatal }: DatabaseContext,
): Promise<Database> {
  const url = config.DATABASE_URL ?? ownUrl ?? '';
  if (config.DATABASE_URL) await awaitDatabase(url, resources, info);
  const breaker = new CircuitBreaker();
  const db = await openDatabase(url, entities, { breaker, tracing });
  resources.defer(() => closeDatabase(db, breaker));
  const lock = await lockDatabase(config.DATABASE_DIRECT_URL ?? url, db, resources, {
    isShared: config.REDIS_URL !== undefined,
    onChange(state, cause) {
      health.recover(HealthComponent.DATABASE);
      if (state === 'silent') breaker.open();
      else breaker.close();
      if (state !== 'read-write')
        health.degrade(HealthComponent.DATABASE, databaseProblem(state, cause), cause);
    },
    // The end of the embedded database ends the connection, too, and is the better reason.
    onEnd: (sentence) => globalThis.setTimeout(onFatal, EXIT_GRACE_MS, sentence),
  });
  await migrate(db);
  await lock.countStart();
  return db;
}
/** Waits for a database that starts at the same time, as with containers of one composition. */
async function awaitDatabase(
  url: string,
  resources: AsyncDisposableStack,
  onWait: (sentence: string) => void,
): Promise<void> {
  const abort = new AbortController();
  resources.defer(() => abort.abort());
  await untilReachable(url, { onWait, signal: abort.signal });
}

/** Keeps other gateways off the database. */
async function lockDatabase(
  url: string,
  db: Database,
  resources: AsyncDisposableStack,
  options: HeldLockOptions,
): Promise<HeldLock> {
  const abort = new AbortController();
  const locking = lockGateway(url, db, { ...options, signal: abort.signal });
  resources.defer(async () => {
    abort.abort();
    const [locked] = await Promise.allSettled([locking]);
    if (locked.status === 'fulfilled') await locked.value.release();
  });
  return locking;
}
