import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../support/infrastructure/ports.js';
import { openFolder, startServer, stopServers } from '../support/server.js';

const installed = spawnSync('systemd-analyze', ['--version']).status === 0;
/** Skips the test where systemd is not installed; the CI host has it. */
const testWithSystemd = installed || process.env.CI ? test : test.skip;

let unit: string;
let folder: string;
beforeAll(async () => {
  unit = await readFile('deploy/gatehouse@.service', 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-deploy-'));
});
afterAll(async () => {
  await stopServers();
  await rm(folder, { recursive: true });
});

/** The value of a directive that is there once. */
function directive(name: string): string {
  const values = [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))];
  expect(values).toHaveLength(1);
  return values[0]?.[1] ?? '';
}

testWithSystemd('systemd accepts the unit, and finds that it exposes little', async () => {
  const file = join(folder, 'gatehouse@8081.service');
  await writeFile(file, unit.replace('/opt/gatehouse/node_modules/.bin/node', process.execPath));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const threshold = ['security', '--offline=true', '--threshold=35', file];
  expect(spawnSync('systemd-analyze', threshold).status).toBe(0);
});

test('its commands start a gateway, wait until it is ready, and stop it in time', async () => {
  const dataDir = await openFolder();
  const port = String(await freePort());
  const environment = Object.fromEntries(
    directive('Environment')
      .split(' ')
      .map((pair) => pair.split('=')),
  );
  const [, ...args] = directive('ExecStart').split(' ');
  const gateway = startServer(
    { ...environment, PORTS: port, DATA_DIR: dataDir, HOME: dataDir, SMS_PROVIDER: 'outbox' },
    args,
  );
  const [command = '', ...probe] = directive('ExecStartPost').replace('%i', port).split(' ');
  await promisify(execFile)(command, probe);
  expect(await gateway.ready()).toContain(`http://localhost:${port}`);

  // As KillMode=mixed does.
  expect(directive('KillMode')).toBe('mixed');
  const stopped = performance.now();
  gateway.child.kill('SIGTERM');
  expect((await gateway.ended).code).toBe(0);
  expect(performance.now() - stopped).toBeLessThan(Number(directive('TimeoutStopSec')) * 1000);
  await rm(dataDir, { recursive: true });
});
