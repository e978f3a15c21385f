import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';

test('every test that SECURITY.md names exists', async () => {
  const text = await readFile('SECURITY.md', 'utf8');
  const paths = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});
