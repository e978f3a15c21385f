import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { flushFolder } from './flush-folder.js';
import { SECRET_FILE } from './generated-secret.js';

/** A generated secret of a data folder. */
export interface SecretFile {
  readonly name: string;
  readonly content: Buffer;
}

/** The names of all generated secrets. The password of the embedded database is not one: it belongs to its cluster. */
const NAMES = [SECRET_FILE];

/** The secrets that were generated so far. */
export async function readSecrets(dataDir: string): Promise<SecretFile[]> {
  const secrets = await Promise.all(
    NAMES.map(async (name) => {
      const content = await readFile(join(dataDir, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return null;
      });
      return content === null ? [] : [{ name, content }];
    }),
  );
  return secrets.flat();
}

/**
 * Replaces secrets durably, each one at once.
 * @returns a function that undoes it.
 * @throws Error if one is not a secret of a data folder.
 */
export async function replaceSecrets(
  dataDir: string,
  secrets: readonly SecretFile[],
): Promise<() => Promise<void>> {
  const unknown = secrets.find(({ name }) => !NAMES.includes(name));
  if (unknown) throw new Error(`There is no secret ${unknown.name}.`);
  const before = await readSecrets(dataDir);
  for (const secret of secrets) await writeSecret(dataDir, secret);
  return async () => {
    const added = secrets.filter(({ name }) => !before.some((secret) => secret.name === name));
    for (const { name } of added) await rm(join(dataDir, name), { force: true });
    for (const secret of before) await writeSecret(dataDir, secret);
  };
}

async function writeSecret(dataDir: string, { name, content }: SecretFile): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const temporary = join(dataDir, `.${name}-${randomUUID()}`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(dataDir, name));
  await flushFolder(dataDir);
}
