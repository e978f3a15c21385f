import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.js';

export const SECRET_FILE = 'jwt-secret';

/**
 * The secret that signs tokens, generated once and stored in the data folder, readable by its owner only.
 * @throws StartError if it can be neither read nor written.
 */
export async function generatedSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, SECRET_FILE);
  try {
    await mkdir(dataDir, { recursive: true });
    // Of two gateways that start at once, one writes the file and both read it.
    await writeFile(file, `${randomBytes(48).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret.length >= 32) return secret;
    throw new Error('it is too short; remove it to generate a new one');
  } catch (error) {
    throw new StartError(
      `The secret in ${file} cannot be used: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
