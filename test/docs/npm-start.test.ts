import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openFolder } from '../support/server.js';
import { codeBlocks, read } from './markdown.js';
import { textPattern } from './pattern.js';

let folder: string;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(() => rm(folder, { recursive: true }));

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? String(address.port) : '';
}

test('npm start prints the line that the README shows, and stops on Ctrl-C', async () => {
  const ports = [await freePort(), await freePort()] as const;
  const npm = spawn('npm', ['start'], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      DATA_DIR: join(folder, 'data'),
      PORTS: ports.join(),
      LOG_LEVEL: 'warn',
    },
    // Its own process group, which Ctrl-C signals as a whole.
    detached: true,
  });
  const exited = once(npm, 'exit');
  const shown = codeBlocks(read('README.md')).find(({ text }) => text.startsWith('Gatehouse is ready'));
  for await (const line of createInterface(npm.stdout)) {
    if (!line.startsWith('Gatehouse is ready')) continue;
    const actual = line.replaceAll(ports[0], '8080').replaceAll(ports[1], '8888');
    expect(actual).toMatch(textPattern(shown?.text ?? ''));
    process.kill(-(npm.pid ?? 0), 'SIGINT');
  }
  expect(await exited).toEqual([0, null]);
});
