import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import type { Administration } from './administration.js';
import { invalidAdministrator } from './first-administrator.js';

const system = { userId: null, address: null };

/**
 * Creates the administrator of the settings where there is no administrator yet. Of several nodes that start at once,
 * one creates it.
 * @throws StartError for credentials that are not accepted.
 */
export async function ensureConfiguredAdministrator(
  administration: Administration,
  { ADMIN_ACCOUNT: account, ADMIN_PASSWORD: password }: Config,
): Promise<void> {
  if (!account || !password || (await administration.hasAdministrator())) return;
  try {
    await administration.createFirst(account, password, system);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (await administration.hasAdministrator()) return;
    throw invalidAdministrator(error);
  }
}
