import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LogOutput } from '../../src/logging/log-output.js';
import { eventually } from '../support/eventually.js';

let folder: string;
let fd: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  fd = openSync(join(folder, 'log'), 'w');
});
afterEach(async () => {
  closeSync(fd);
  await rm(folder, { recursive: true, force: true });
});
const written = () => readFile(join(folder, 'log'), 'utf8');

test('writes all lines in their order', async () => {
  const output = new LogOutput(fd);
  const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index} 中文\n`);
  for (const line of lines) output.write(line);
  await eventually(async () => (await written()) === lines.join(''));
});

test('writes at the end what still waits', async () => {
  const output = new LogOutput(fd);
  output.write('last\n');
  output.flush();
  expect(await written()).toBe('last\n');
});

/** On Linux, /dev/full is always full. */
const fillDisk = `
  import { openSync } from 'node:fs';
  import { LogOutput } from '${pathToFileURL('src/logging/log-output.ts').href}';
  const output = new LogOutput(openSync('/dev/full', 'w'));
  for (let line = 0; line < 1000; line++) output.write('a line that cannot be written\\n');
  await new Promise(setImmediate);
  output.flush();
  process.stdout.write('running');
`;

// In a process of its own, since the output writes again and again.
test('keeps the process running and able to end when the disk is full', () => {
  const args = ['--experimental-transform-types', '--no-warnings', '--input-type=module', '--eval', fillDisk];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'running' });
});
