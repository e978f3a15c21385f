import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.js';

/**
 * Makes the data folder where needed.
 * @returns its real path.
 * @throws StartError when it cannot be made or written.
 */
export async function openDataFolder(dataDir: string): Promise<string> {
  try {
    await makeFolder(dataDir);
    await tryWriting(dataDir);
    return await realpath(dataDir);
  } catch (error) {
    throw refusal(dataDir, error);
  }
}

/**
 * Whether `openDataFolder` could: tried in the folder, or in that where it would be made; nothing is left behind.
 * @throws StartError as `openDataFolder`
 */
export async function checkDataFolder(dataDir: string): Promise<void> {
  try {
    await tryWriting(await nearestThere(dataDir));
  } catch (error) {
    throw refusal(dataDir, error);
  }
}

async function tryWriting(folder: string): Promise<void> {
  const probe = await mkdtemp(join(folder, '.write-'));
  await rm(probe, { recursive: true });
}

/** The path, or the closest above it that something is at, be it a link that leads nowhere. */
async function nearestThere(path: string): Promise<string> {
  try {
    await lstat(path);
    return path;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return nearestThere(dirname(path));
  }
}

const refusal = (dataDir: string, error: unknown): StartError =>
  new StartError(
    `The data folder ${dataDir} cannot be created or written (${String(error).replace(/^Error: /, '')}).`,
  );

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
