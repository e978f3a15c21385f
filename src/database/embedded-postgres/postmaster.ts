import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { StartError } from '../../errors.js';
import { type Account, lastLine, run, surroundings } from './account.js';
import { starterName } from './connection.js';
import { isAlive } from './process.js';
import type { Programs } from './programs.js';

/** A postmaster (PostgreSQL's parent process) that was found or started on a cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** What is needed to handle the postmaster of one cluster. */
export interface Site {
  readonly programs: Programs;
  readonly account: Account | undefined;
  /** Real path of the cluster. */
  readonly folder: string;
  /** File that the postmaster's own log is appended to. */
  readonly logFile: string;
}

/** Milliseconds that recovery after a crash may take before a start is given up. */
const startLimit = 120_000;
/** Milliseconds in which a file that somebody is writing gets its content. */
const writingLimit = 5000;
const logLimit = 10 * 1024 * 1024;

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_destination: 'stderr',
  logging_collector: 'off',
};

/** The live postmaster of a cluster, for one an earlier gateway left when it was killed. */
export async function findPostmaster(site: Site): Promise<Postmaster | undefined> {
  const status = await readStatus(site.folder);
  return status && (await isPostmasterOf(status.pid, site)) ? status : undefined;
}

/**
 * Starts a postmaster on a free port of this machine and waits until it takes connections.
 * @param signal gives it up: nothing is left running then.
 * @throws StartError with the last line of its log when it does not.
 */
export async function startPostmaster(
  site: Site,
  signal?: AbortSignal,
): Promise<Postmaster & { readonly exited: Promise<void> }> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const port = await freePort();
    const logStart = await openedLogSize(site.logFile);
    const child = await launch(site, port);
    const pid = child.pid ?? 0;
    const exited = ended(child);
    if (await isReady(child, site.folder, signal)) return { pid, port, exited };

    child.kill('SIGQUIT');
    await exited;
    signal?.throwIfAborted();
    const log = (await readFile(site.logFile)).subarray(logStart).toString();
    // Someone else took the port, or the children of a killed postmaster have not all noticed its death yet.
    const passing = /Address already in use|pre-existing shared memory block/.test(log);
    if (passing && attempt < 20) {
      await setTimeout(100);
      continue;
    }
    if (log.includes('lock file "postmaster.pid" already exists')) {
      throw new StartError(`Another gateway is starting on the database folder ${site.folder}.`);
    }
    throw new StartError(
      `The embedded PostgreSQL did not start (${lastLine(log)}); its log is ${site.logFile}.`,
    );
  }
}

/** Ends the postmaster of a cluster and waits until it is gone: sessions are cut off, nothing is lost. */
export async function stopPostmaster(site: Site): Promise<void> {
  await run(site.account, site.programs.path('pg_ctl'), [
    ...['stop', '--pgdata', site.folder, '--mode', 'fast', '--wait', '--timeout', '60', '--silent'],
  ]);
}

/** PostgreSQL's `postmaster.pid`: line 1 is the process, 4 the port, 8 the state. */
async function readStatus(folder: string): Promise<(Postmaster & { ready: boolean }) | undefined> {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** A postmaster works in its cluster's folder. Where that cannot be asked, a process of that id must do. */
async function isPostmasterOf(pid: number, site: Site): Promise<boolean> {
  if (process.platform === 'linux') {
    // Asked as the account itself: in a container not even root may ask about another user's process.
    const folder = await run(site.account, 'readlink', [`/proc/${pid}/cwd`]).catch(() => '');
    return folder.replace(/\n$/, '') === site.folder;
  }
  return isAlive(pid);
}

/** A file cut short by a power failure would stop PostgreSQL for ever. A young one is being written by somebody. */
async function removeCutStatus(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  const found = await stat(file).catch(() => null);
  if (found && found.mtimeMs < Date.now() - writingLimit) await rm(file, { force: true });
}

async function launch(site: Site, port: number): Promise<ChildProcess> {
  const stale = await readStatus(site.folder);
  if (!stale) await removeCutStatus(site.folder);
  // The id in a stale file may belong to an unrelated process by now. PostgreSQL overlooks its "grandparent"
  // there, and goes on to check that no process of the old server is left.
  const isStale = stale !== undefined && !(await isPostmasterOf(stale.pid, site));
  const overlooked: Record<string, string> = isStale ? { PG_GRANDPARENT_PID: String(stale.pid) } : {};
  const log = await open(site.logFile, 'a', 0o600);
  try {
    const own = { port: String(port), cluster_name: starterName(process.pid) };
    const options = Object.entries({ ...settings, ...own }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const child = spawn(site.programs.path('postgres'), ['-D', site.folder, ...options], {
      ...surroundings(site.account, overlooked),
      // A session of its own: Ctrl-C in a terminal reaches the gateway, which drains before it stops this one.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new StartError(`The embedded PostgreSQL could not be run (${lastLine(error)}).`);
    });
    return child;
  } finally {
    await log.close();
  }
}

/** @returns whether it takes connections, as against having ended or been given up. */
async function isReady(child: ChildProcess, folder: string, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + startLimit;
  while (isRunning(child) && Date.now() < deadline && !signal?.aborted) {
    const status = await readStatus(folder);
    if (status?.ready && status.pid === child.pid) return true;
    await setTimeout(10);
  }
  return false;
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (isRunning(child)) child.once('exit', () => resolve());
    else resolve();
  });
}

async function openedLogSize(file: string): Promise<number> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= logLimit) return size;
  await truncate(file);
  return 0;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new StartError('No free port was found.');
  return address.port;
}
