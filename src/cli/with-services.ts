import { userInfo } from 'node:os';
import type { Actor } from '../audit/audit.js';
import type { Environment } from '../config.js';
import type { Services } from '../services.js';
import { withCleanup } from './clean-up.js';

/** What a command works with. */
export interface CommandContext {
  readonly services: Services;
  /** The actor of its audit entries. */
  readonly actor: Actor;
}

/**
 * Runs a command with the services of the gateway, after applying pending migrations.
 * @throws StartError like `withDatabase`, and what `work` throws.
 */
export async function withServices<T>(
  env: Environment,
  work: (context: CommandContext) => Promise<T>,
): Promise<T> {
  return withDatabase(env, async ({ db, config }) => {
    const [{ migrate }, { generatedSecret }, { stateInMemory }, { openStorage }, { createServices }] =
      await Promise.all([
        import('../entities.js'),
        import('../data-dir/generated-secret.js'),
        import('../adapters/shared-state.js'),
        import('../adapters/storage/index.js'),
        import('../services.js'),
      ]);
    await migrate(db);
    const jwtSecrets = config.JWT_SECRETS ?? [await generatedSecret(config.DATA_DIR)];
    // Commands open no sessions, so they need no session policies.
    const services = createServices(config, {
      db,
      jwtSecrets,
      packageStorage: await openStorage(config.STORAGE),
      shared: stateInMemory(Date.now),
      clock: Date.now,
      sessionPolicies: [],
    });
    return work({ services, actor: operator() });
  });
}

/** The actor of what commands do. The dashboard recognises this form in the audit log. */
export const operator = (): Actor => ({ userId: null, address: `command line (${accountName()})` });

/** The user id may have no name, as in containers. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user id ${process.getuid?.()}`;
  }
}

/** Given to a command that works with the database. */
export interface DatabaseContext extends Pick<Services, 'db' | 'config'> {
  /** Of the database, without a pooler in front. */
  readonly url: string;
  /** Adds what must be done before the database is closed, also on a signal. */
  defer(cleanUp: () => Promise<unknown>): void;
}

/**
 * Opens the database of the settings as it is, without migrations. Without DATABASE_URL that is the embedded one:
 * the command shares it with a running gateway, or starts it.
 * @throws StartError if the settings are invalid or the database does not open.
 */
export async function withDatabase<T>(
  env: Environment,
  work: (context: DatabaseContext) => Promise<T>,
): Promise<T> {
  // Imported here so that `--help` does not load the ORM.
  const { readConfig } = await import('../config.js');
  const config = readConfig(env);
  await import('reflect-metadata');
  const [{ closeDatabase, openDatabase }, { CircuitBreaker }, { entities }] = await Promise.all([
    import('../database/database.js'),
    import('../database/connections/circuit-breaker.js'),
    import('../entities.js'),
  ]);
  const closers: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  return withCleanup(closeAll, async () => {
    let url = config.DATABASE_URL;
    if (url === undefined) {
      const { shareEmbeddedPostgres } = await import('../database/embedded-postgres/sharing.js');
      const postgres = await shareEmbeddedPostgres({ dataDir: config.DATA_DIR });
      closers.push(() => postgres.stop());
      url = postgres.url;
    }
    const breaker = new CircuitBreaker();
    const db = await openDatabase(url, entities, { breaker });
    closers.push(() => closeDatabase(db, breaker));
    const defer = (cleanUp: () => Promise<unknown>) => void closers.push(cleanUp);
    return work({ db, config, url: config.DATABASE_DIRECT_URL ?? url, defer });
  });
}
