import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { StartError } from '../../errors.js';
import { type Account, failureReason, processOptions, run } from './account.js';
import { clusterNameOf } from './connection.js';
import { isAlive, isStopped, sendSignal, withChildren } from './process.js';
import type { Programs } from './programs.js';

/** A running postmaster, which is PostgreSQL's parent process. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** A postmaster as it reports itself. */
interface PostmasterStatus extends Postmaster {
  /** Whether it accepts connections; false while it starts or stops. */
  readonly ready: boolean;
}

/** A postmaster that this process has started. */
export interface StartedPostmaster extends Postmaster {
  /** Resolves when it has exited, for whatever reason. */
  readonly exited: Promise<void>;
}

/** The paths and account for the postmaster of one cluster. */
export interface ClusterSite {
  readonly programs: Programs;
  readonly account: Account | undefined;
  /** The real path of the cluster. */
  readonly folder: string;
  /** The file that the postmaster appends its log to. */
  readonly logFile: string;
}

/** Recovery after a crash may take this long. */
const START_LIMIT_MS = 120_000;
/** A process that does not end within this time may be stopped. */
const STOPPED_MS = 1000;
/** The end of killed processes. */
const KILL_LIMIT_MS = 1000;
/** A file that is being written is complete within this time. */
const WRITING_LIMIT_MS = 5000;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

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
  // Statements and details of errors have values, such as phone numbers.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_destination: 'stderr',
  logging_collector: 'off',
};

/** The live postmaster of a cluster, such as one that a killed gateway left running. */
export async function findPostmaster(site: ClusterSite): Promise<PostmasterStatus | undefined> {
  const status = await readStatus(site.folder);
  return status && (await isPostmasterOf(status.pid, site)) ? status : undefined;
}

interface PostmasterOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Aborts the start and leaves nothing running. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the program runs. */
  readonly onLaunch?: (() => void) | undefined;
}

/**
 * Starts a postmaster on this machine and waits until it accepts connections.
 * @throws StartError with the last error of its log if it does not start.
 */
export async function startPostmaster(
  site: ClusterSite,
  { port: givenPort, signal, onLaunch }: PostmasterOptions = {},
): Promise<StartedPostmaster> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const port = givenPort ?? (await freePort());
    const logStart = await prepareLog(site.logFile);
    const child = await launch(site, port);
    onLaunch?.();
    const pid = child.pid ?? 0;
    const exited = exitOf(child);
    if (await isReady(child, site.folder, signal)) return { pid, port, exited };

    child.kill('SIGQUIT');
    await exited;
    signal?.throwIfAborted();
    const log = (await readFile(site.logFile)).subarray(logStart).toString();
    // Another process took the port, or child processes of a killed postmaster are still running.
    const passing = /Address already in use|pre-existing shared memory block/.test(log);
    if (passing && attempt < 20) {
      await setTimeout(100);
      continue;
    }
    if (log.includes('lock file "postmaster.pid" already exists')) {
      throw new StartError(`Another gateway is starting on the database folder ${site.folder}.`);
    }
    throw new StartError(
      `The embedded PostgreSQL did not start (${failureReason(log)}); its log is ${site.logFile}.`,
    );
  }
}

/**
 * Stops a postmaster and waits until it has released its cluster. Sessions are disconnected; no data is lost. Does
 * nothing if it has exited.
 * @param limitMs after which it is killed.
 * @throws StartError if it had to be killed.
 */
export async function stopPostmaster(site: ClusterSite, { pid }: Postmaster, limitMs: number): Promise<void> {
  const holdsCluster = async () => isAlive(pid) && (await readStatus(site.folder))?.pid === pid;
  if (!(await holdsCluster())) return;
  // `pg_ctl stop` would keep waiting for another postmaster that starts on the cluster at once.
  const signalled = run(site.account, site.programs.path('pg_ctl'), ['kill', 'INT', String(pid)]);
  await signalled.catch(async (error: unknown) => {
    if (await holdsCluster()) throw error;
  });
  const ends = async (ms: number) => {
    const deadline = performance.now() + ms;
    while (performance.now() < deadline && (await holdsCluster())) await setTimeout(10);
    return !(await holdsCluster());
  };
  if (await ends(STOPPED_MS)) return;
  await resumePostmaster(pid);
  if (await ends(limitMs - STOPPED_MS)) return;
  // The parent first, which would start some of the others again.
  sendSignal('SIGKILL', await withChildren(pid));
  await ends(KILL_LIMIT_MS);
  throw new StartError(
    `The embedded PostgreSQL did not stop within ${limitMs / 1000} seconds, and was killed: the next start recovers what it has committed.`,
  );
}

/** Lets a postmaster and its processes run on that a signal has stopped. */
export async function resumePostmaster(pid: number): Promise<void> {
  for (const id of await withChildren(pid)) {
    if (await isStopped(id)) sendSignal('SIGCONT', [id]);
  }
}

/** Reads PostgreSQL's `postmaster.pid`: line 1 is the process, 4 the port, 8 the state. */
async function readStatus(folder: string): Promise<PostmasterStatus | undefined> {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** A postmaster's working folder is its cluster. Where the system does not tell it, any process of that id counts. */
async function isPostmasterOf(pid: number, site: ClusterSite): Promise<boolean> {
  if (process.platform === 'linux') {
    // Run as the account: in a container not even root may inspect a process of another user.
    const folder = await run(site.account, 'readlink', [`/proc/${pid}/cwd`]).catch(() => '');
    return folder.replace(/\n$/, '') === site.folder;
  }
  return isAlive(pid);
}

/** PostgreSQL never starts on a file that a power failure truncated. A recent one may still be being written. */
async function removeTruncatedStatus(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  const found = await stat(file).catch(() => null);
  if (found && found.mtimeMs < Date.now() - WRITING_LIMIT_MS) await rm(file, { force: true });
}

async function launch(site: ClusterSite, port: number): Promise<ChildProcess> {
  const stale = await readStatus(site.folder);
  if (!stale) await removeTruncatedStatus(site.folder);
  // The id in a stale file may belong to an unrelated process by now. PostgreSQL ignores the id of its "grandparent"
  // there, and still checks that no process of the old server is running.
  const isStale = stale !== undefined && !(await isPostmasterOf(stale.pid, site));
  const ignoredPid: Record<string, string> = isStale ? { PG_GRANDPARENT_PID: String(stale.pid) } : {};
  const log = await open(site.logFile, 'a', 0o600);
  try {
    const own = { port: String(port), cluster_name: clusterNameOf(process.pid) };
    const options = Object.entries({ ...settings, ...own }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const child = spawn(site.programs.path('postgres'), ['-D', site.folder, ...options], {
      ...processOptions(site.account, ignoredPid),
      // In its own session, so that Ctrl-C reaches only the gateway, which drains before it stops the database.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new StartError(`The embedded PostgreSQL could not be executed (${failureReason(error)}).`);
    });
    return child;
  } finally {
    await log.close();
  }
}

/** @returns whether it accepts connections; false once it has exited or the start was aborted. */
async function isReady(child: ChildProcess, folder: string, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + START_LIMIT_MS;
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

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (isRunning(child)) child.once('exit', () => resolve());
    else resolve();
  });
}

async function prepareLog(file: string): Promise<number> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= MAX_LOG_BYTES) return size;
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
