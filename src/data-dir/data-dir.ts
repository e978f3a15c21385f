import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.js';

/**
 * Creates the data folder if it does not exist.
 * @returns its real path.
 * @throws StartError if it cannot be created or written.
 */
export async function openDataFolder(dataDir: string): Promise<string> {
  try {
    await createFolder(dataDir);
    await probeWriting(dataDir);
    return await realpath(dataDir);
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

/**
 * Checks that `openDataFolder` would succeed, by writing in the folder or in the one that it would be created in. Leaves
 * nothing behind.
 * @throws StartError as `openDataFolder`
 */
export async function checkDataFolder(dataDir: string): Promise<void> {
  try {
    await probeWriting(await nearestExisting(dataDir));
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

async function probeWriting(folder: string): Promise<void> {
  const probe = await mkdtemp(join(folder, '.write-'));
  await rm(probe, { recursive: true });
}

/** The path, or its nearest ancestor that exists, which may be a broken link. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await lstat(path);
    return path;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return nearestExisting(dirname(path));
  }
}

const notWritable = (dataDir: string, error: unknown): StartError =>
  new StartError(
    `The data folder ${dataDir} cannot be created or written (${String(error).replace(/^Error: /, '')}).`,
  );

/** Node's recursive `mkdir` never returns if a parent exists in which nothing can be created, as in `/proc`. */
async function createFolder(path: string): Promise<void> {
  const failure = await mkdir(path).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (failure === null || failure.code === 'EEXIST') return;
  if (failure.code !== 'ENOENT' || existsSync(dirname(path))) throw failure;
  await createFolder(dirname(path));
  await createFolder(path);
}
