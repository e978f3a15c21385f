import { checkFirstAdministrator, invalidAdministrator } from '../administration/first-administrator.js';
import type { Config } from '../config.js';
import { checkDataFolder } from '../data-dir/data-dir.js';
import { DomainError, StartError } from '../errors.js';
import { TrustedDocuments } from '../graphql/execution/trusted-documents.js';

/**
 * Checks what a first start needs besides valid settings: the manifests, the first administrator and the data
 * folder. Creates nothing and opens no database, so it checks the administrator even if one exists already.
 * @throws StartError with all failures in one message.
 */
export async function checkFirstStart(config: Config): Promise<void> {
  const failures: string[] = [];
  for (const check of [
    () => TrustedDocuments.read(config),
    () => checkAdministrator(config),
    () => checkDataFolder(config.DATA_DIR),
  ]) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new StartError(failures.join(' '));
}

async function checkAdministrator({ ADMIN_ACCOUNT, ADMIN_PASSWORD }: Config): Promise<void> {
  if (!ADMIN_ACCOUNT || !ADMIN_PASSWORD) return;
  try {
    await checkFirstAdministrator(ADMIN_ACCOUNT, ADMIN_PASSWORD);
  } catch (error) {
    throw error instanceof DomainError ? invalidAdministrator(error) : error;
  }
}
