import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { read, tableRows } from '../docs/markdown.js';
import { bench } from '../support/bench.js';

test('lists the rows that the document describes', async () => {
  const { output } = await bench('list');
  const listed = output
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  const described = tableRows(read('docs/performance.md'), 'Rows').map(([name = '']) =>
    name.replaceAll('`', ''),
  );
  expect(listed).toEqual(described);
});

test.each([
  ['an unknown row', ['nope'], 'There is no row "nope": use heartbeat, '],
  ['an unknown profile', ['--profile', 'nope'], '--profile must be one of full, quick, smoke.'],
  ['an unknown option', ['--nope'], "Unknown option '--nope'."],
])('refuses %s in one sentence', async (_, args, sentence) => {
  const { code, errors } = await bench(...args);
  expect(code).toBe(1);
  expect(errors).toContain(sentence);
  expect(errors.trim().split('\n')).toHaveLength(1);
});

test('measures a row beside its peers, and writes the results', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const { code, output } = await bench('heartbeat', '--profile', 'smoke', '--out', folder);
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining('× node:http, goal ≤ 1.2'),
  });
  const results: unknown = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
  expect(results).toMatchObject({
    heartbeat: {
      profile: 'smoke',
      figures: [{ samples: { 'node:http': [expect.any(Number)], Gatehouse: [expect.any(Number)] } }],
    },
  });
  await rm(folder, { recursive: true });
});
