import { checkFirstAdministrator, invalidAdministrator } from '../administration/first-administrator.js';
import type { Config } from '../config.js';
import { checkDataFolder } from '../data-dir/data-dir.js';
import { DomainError, StartError } from '../errors.js';
import { TrustedDocuments } from '../graphql/execution/trusted-documents.js';

/**
 * What a first start would refuse of settings that are well written: manifests, the administrator and the data folder.
 * Nothing is made, and no database is asked; so the administrator is checked even where there is one already.
 * @throws StartError that names all of it.
 */
export async function checkFirstStart(config: Config): Promise<void> {
  const refusals: string[] = [];
  for (const check of [
    () => TrustedDocuments.read(config),
    () => checkAdministrator(config),
    () => checkDataFolder(config.DATA_DIR),
  ]) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      refusals.push(error.message);
    }
  }
  if (refusals.length > 0) throw new StartError(refusals.join(' '));
}

async function checkAdministrator({ ADMIN_ACCOUNT, ADMIN_PASSWORD }: Config): Promise<void> {
  if (!ADMIN_ACCOUNT || !ADMIN_PASSWORD) return;
  try {
    await checkFirstAdministrator(ADMIN_ACCOUNT, ADMIN_PASSWORD);
  } catch (error) {
    throw error instanceof DomainError ? invalidAdministrator(error) : error;
  }
}
