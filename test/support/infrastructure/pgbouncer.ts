import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { withClient } from '../database.js';
import { eventually } from '../eventually.js';
import { openFolder } from '../server.js';
import { freePort } from './ports.js';

/** A running PgBouncer. */
export interface Pooler {
  /** The URL of the database behind it. */
  readonly url: string;
  close(): Promise<void>;
}

const installed = spawnSync('pgbouncer', ['--version']).status === 0;

/** Skips tests that require PgBouncer where it is not installed; the CI host has it. */
export const describeWithPgbouncer = installed || process.env.CI ? describe : describe.skip;

/** @param databaseUrl of the database to pool. */
export async function startPgbouncer(databaseUrl: string, mode: 'session' | 'transaction'): Promise<Pooler> {
  const folder = await openFolder();
  const port = await freePort();
  const { hostname, port: databasePort, username, password, pathname } = new URL(databaseUrl);
  const configuration = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${username}" "${password}"\n`);
  await writeFile(
    configuration,
    `[databases]
    ${pathname.slice(1)} = host=${hostname} port=${databasePort} dbname=${pathname.slice(1)}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${port}
    unix_socket_dir =
    pool_mode = ${mode}
    auth_type = plain
    auth_file = ${users}
    `.replaceAll(/^ +/gm, ''),
  );
  for (const file of [users, configuration]) await chmod(file, 0o644);
  const asUser = process.getuid?.() === 0 ? ['--user', 'nobody'] : [];
  const child = spawn('pgbouncer', [...asUser, configuration], { stdio: 'ignore' });
  const url = new URL(databaseUrl);
  url.port = String(port);
  await eventually(() => withClient(url.href, async () => true).catch(() => false));
  return {
    url: url.href,
    close: async () => {
      child.kill('SIGINT');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
