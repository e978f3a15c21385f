import type { Installation } from '../../backup/installation/installation.js';
import type { Environment } from '../../config.js';
import { unavailableDatabase } from '../../database/unavailable.js';
import { withDatabase } from '../with-services.js';

/**
 * Runs a command on everything that the settings name: database, packages and data folder. A signal aborts it, and waits
 * until it has cleaned up.
 * @throws StartError like `withDatabase`, and what `work` throws; DomainError UNAVAILABLE if the database has ended.
 */
export async function withInstallation<T>(
  env: Environment,
  work: (installation: Installation, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withDatabase(env, async ({ db, config, url, defer }) => {
    const { openStorage } = await import('../../adapters/storage/index.js');
    const storage = await openStorage(config.STORAGE);
    const abort = new AbortController();
    const working = work({ db, url, storage, dataDir: config.DATA_DIR }, abort.signal);
    defer(async () => {
      abort.abort();
      await working.catch(() => {});
    });
    return working.catch((error: unknown) => {
      throw unavailableDatabase(error);
    });
  });
}
