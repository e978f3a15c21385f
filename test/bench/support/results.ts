import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from './figure.ts';
import type { Machine } from './machine.ts';

/** The content of `results.json`. */
export interface Results {
  readonly machine: Machine;
  readonly profile: string;
  /** By the name of the row. */
  readonly results: Readonly<Record<string, readonly Result[]>>;
}

/** Writes `results.json` into a folder. */
export async function saveResults(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
}
