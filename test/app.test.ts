import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readConfig } from '../src/config.js';
import { start } from '../src/start.js';
import { eventually } from './support/eventually.js';
import { openFolder } from './support/server.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await openFolder();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('closing a start that fails meanwhile waits until its database has stopped', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const gateway = start(
    readConfig({ DATA_DIR: dataDir, PORTS: String(port), LOG_LEVEL: 'silent' }),
    () => {},
  );
  const failure = gateway.started.catch((error: unknown) => error);
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  await eventually(async () => existsSync(pidFile));
  await gateway.close();
  expect(existsSync(pidFile)).toBe(false);
  // The port is in use, or the gateway was closed before the start came so far.
  expect(await failure).toHaveProperty('message');
  holder.close();
});
