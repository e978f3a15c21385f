import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../errors.js';
import { failureReason } from './account.js';

/** The superuser's password, generated once and stored in a file that only its owner can read. */
export async function superuserPassword(home: string): Promise<string> {
  const file = join(home, 'postgres.password');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept !== '') return kept;
  const password = randomBytes(24).toString('base64url');
  try {
    await writeFile(file, password, { mode: 0o600 });
  } catch (error) {
    throw new StartError(`The database password cannot be written to ${file} (${failureReason(error)}).`);
  }
  return password;
}
