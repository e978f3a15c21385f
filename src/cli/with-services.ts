import { userInfo } from 'node:os';
import type { Actor } from '../audit/audit.js';
import type { GivenSettings } from '../config.js';
import type { Services } from '../services.js';
import { withCleanup } from './clean-up.js';

/** What a command works with. */
export interface CommandContext {
  readonly services: Services;
  /** Who does it, for the audit log: whoever may start the command line. */
  readonly actor: Actor;
}

/**
 * Runs a command on the database of the settings: that of `DATABASE_URL`, or the embedded one, which is started
 * for it where no gateway runs. The schema is brought up to date first, as a start does.
 * @throws StartError when there is no such database, and what `work` throws.
 */
export async function withServices<T>(
  env: GivenSettings,
  work: (workplace: CommandContext) => Promise<T>,
): Promise<T> {
  return withDatabase(env, async ({ db, config }) => {
    const [{ migrate }, { generatedSecret }, { createServices }] = await Promise.all([
      import('../entities.js'),
      import('../data-dir/generated-secret.js'),
      import('../services.js'),
    ]);
    await migrate(db);
    const jwtSecrets = config.JWT_SECRETS ?? [await generatedSecret(config.DATA_DIR)];
    // Nobody logs in here, so no door is needed.
    const services = createServices(config, { db, jwtSecrets, clock: Date.now, sessionPolicies: [] });
    // The audit log's page reads this form.
    return work({ services, actor: { userId: null, address: `command line (${userInfo().username})` } });
  });
}

/** `withServices`, as the database is. */
export async function withDatabase<T>(
  env: GivenSettings,
  work: (opened: Pick<Services, 'db' | 'config'>) => Promise<T>,
): Promise<T> {
  // What a command does not need is not loaded: its help is there at once.
  const { readConfig } = await import('../config.js');
  const config = readConfig(env);
  await import('reflect-metadata');
  const [{ openDatabase }, { entities }] = await Promise.all([
    import('../database/database.js'),
    import('../entities.js'),
  ]);
  const closing: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  return withCleanup(closeAll, async () => {
    let url = config.DATABASE_URL;
    if (url === undefined) {
      const { shareEmbeddedPostgres } = await import('../database/embedded-postgres/embedded-postgres.js');
      const postgres = await shareEmbeddedPostgres({ dataDir: config.DATA_DIR });
      closing.push(() => postgres.stop());
      url = postgres.url;
    }
    const db = await openDatabase(url, entities);
    closing.push(() => db.close(true));
    return work({ db, config });
  });
}
