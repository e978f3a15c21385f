import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.js';
import { lastLine } from './embedded-postgres/account.js';

/**
 * Makes the data folder where needed.
 * @returns its real path.
 * @throws StartError when it cannot be made or written.
 */
export async function openDataFolder(dataDir: string): Promise<string> {
  try {
    await makeFolder(dataDir);
    const probe = await mkdtemp(join(dataDir, '.write-'));
    await rm(probe, { recursive: true });
    return await realpath(dataDir);
  } catch (error) {
    throw new StartError(`The data folder ${dataDir} cannot be created or written (${lastLine(error)}).`);
  }
}

/** Node's own recursive `mkdir` never ends where a parent is there and nothing can be made in it, as in `/proc`. */
async function makeFolder(path: string): Promise<void> {
  const failure = await mkdir(path).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (failure === null || failure.code === 'EEXIST') return;
  if (failure.code !== 'ENOENT' || existsSync(dirname(path))) throw failure;
  await makeFolder(dirname(path));
  await makeFolder(path);
}
