import { open } from 'node:fs/promises';

/** Makes a file's name durable, as `sync` does its content. Windows needs no such flush, and allows none. */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
