import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { StartError } from '../errors.js';

export const SECRET_FILE = 'jwt-secret';

/** Another process that has created the file writes it within this time. */
const WRITING_MS = 500;

/**
 * The secret that signs tokens, generated once and stored in the data folder, readable by its owner only.
 * @throws StartError if it can be neither read nor written.
 */
export async function generatedSecret(dataDir: string): Promise<string> {
  const file = join(dataDir, SECRET_FILE);
  try {
    await mkdir(dataDir, { recursive: true });
    // Of two gateways that start at once, one writes the file and both read it.
    await write(file, 'wx').catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      // The start that created it may have been killed before it wrote.
      if (await staysEmpty(file)) await write(file, 'w');
    });
    const secret = await read(file);
    if (secret.length >= 32) return secret;
    throw new Error('it is too short; remove it to generate a new one');
  } catch (error) {
    throw new StartError(
      `The secret in ${file} cannot be used: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

const read = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();

const write = (file: string, flag: 'wx' | 'w'): Promise<void> =>
  writeFile(file, `${randomBytes(48).toString('base64url')}\n`, { flag, mode: 0o600, flush: true });

async function staysEmpty(file: string): Promise<boolean> {
  if ((await read(file)) !== '') return false;
  await setTimeout(WRITING_MS);
  return (await read(file)) === '';
}
