import { readFile } from 'node:fs/promises';

/** The file of this name in `test/legacy/golden/`. */
export async function readGolden(name: string): Promise<Record<string, object>> {
  return JSON.parse(await readFile(new URL(`../legacy/golden/${name}.json`, import.meta.url), 'utf8'));
}
