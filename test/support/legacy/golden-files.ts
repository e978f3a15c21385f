import { readFile } from 'node:fs/promises';

/** Reads `test/legacy/golden/<name>.json`: expected bodies by test case. */
export async function readGolden(name: string): Promise<Record<string, object>> {
  return JSON.parse(await readFile(new URL(`../../legacy/golden/${name}.json`, import.meta.url), 'utf8'));
}
