import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { codeBlocks, read, tableRows } from './markdown.js';

const text = read('docs/architecture.md');

/** The files and folders of `src/` that the map of the floors names. */
function mapped(): string[] {
  const map = codeBlocks(text).find((block) => block.text.startsWith('src/main.ts'))?.text ?? '';
  return [...map.matchAll(/^src\/(\S+(?: \S+(?:\.ts|\/))*)/gm)]
    .flatMap(([, names = '']) => names.split(' '))
    .map((name) => name.replace(/\/$/, ''));
}

test('the map of the floors shows every file and folder of src/, and nothing else', () => {
  expect(mapped().toSorted()).toEqual(readdirSync('src').toSorted());
});

test('every file and folder that the document names exists', () => {
  const named = [...text.matchAll(/`((?:src|test|scripts|migrations|schema)\/[\w./-]*)`/g)];
  expect(named.length).toBeGreaterThan(30);
  expect(named.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
});

test('every rule that an invariant names is enforced', () => {
  const { forbidden }: { forbidden: { name: string }[] } = createRequire(import.meta.url)(
    resolve('.dependency-cruiser.cjs'),
  );
  const rules = tableRows(text, 'Invariants').flatMap(([, keptBy = '']) =>
    [...keptBy.matchAll(/rule `([\w-]+)`/g)].map(([, rule]) => rule),
  );
  expect(rules.length).toBeGreaterThan(2);
  expect(forbidden.map(({ name }) => name)).toEqual(expect.arrayContaining(rules));
});

test('only the entry points read the environment', () => {
  const readers = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => withoutComments(readFileSync(`src/${name}`, 'utf8')).includes('process.env'));
  expect(readers.toSorted()).toEqual(['cli/main.ts', 'main.ts']);
});

const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\//g, '');
