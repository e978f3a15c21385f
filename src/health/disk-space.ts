import { statfs } from 'node:fs/promises';

/** The space of a file system, in bytes. */
export interface DiskSpace {
  readonly free: number;
  readonly size: number;
}

/** The space where DATA_DIR is. */
export async function diskSpace(dataDir: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  return { free: bavail * bsize, size: blocks * bsize };
}
