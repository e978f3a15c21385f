import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gatehouse } from '../support/command.js';

let folder: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-completion-'));
  script = join(folder, 'gatehouse.bash');
  await writeFile(script, (await gatehouse(['completion', 'bash'], {})).output);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What bash offers after a line, whose last word may be empty. */
async function completed(line: string): Promise<string[]> {
  const words = line.split(' ');
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const run = `source ${script}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _gatehouse
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', run]);
  return stdout.trim().split('\n').sort();
}

test.each([
  ['gatehouse dev', ['device']],
  ['gatehouse device wa', ['watch']],
  ['gatehouse device list --o', ['--offline', '--online', '--owner']],
  ['gatehouse device list --online --js', ['--json']],
  ['gatehouse audit export --format ', ['csv', 'json']],
  ['gatehouse device list --sort newest', ['newest', 'newest-version']],
  ['gatehouse completion ', ['--help', '--json', 'bash', 'fish', 'zsh']],
  ['gatehouse user add alice --pho', ['--phone']],
  ['gatehouse user set alice --phone ', ['']],
])('bash completes %j', async (line, expected) => {
  expect(await completed(line)).toEqual(expected);
});

test.each(['zsh', 'fish'])('the script for %s names every command', async (shell) => {
  const { output } = await gatehouse(['completion', shell], {});
  for (const name of ['device', 'watch', 'reset-password', '--password-stdin']) {
    expect(output).toContain(name.replace('--', shell === 'fish' ? '-l ' : '--'));
  }
});

test('refuses another shell', async () => {
  expect(await gatehouse(['completion', 'cmd'], {})).toMatchObject({ code: 2 });
});
