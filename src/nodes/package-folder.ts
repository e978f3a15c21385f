import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.js';

const FILE = 'folder-id';

/**
 * The id of the folder with the packages, which the first node writes there. Nodes with different ids do not share it.
 * @throws StartError if it can be neither read nor written.
 */
export async function packageFolderId(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'packages');
  const path = join(folder, FILE);
  try {
    await mkdir(folder, { recursive: true });
    // Of two nodes that start at once, one writes the file and both read it.
    await writeFile(path, randomUUID(), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StartError(
      `The packages in ${folder} cannot be shared: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
