import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Client } from 'pg';
import { openDataFolder } from '../../data-dir/data-dir.js';
import { StartError } from '../../errors.js';
import { lastLine } from './account.js';
import { chooseAccount, openCluster, superuser } from './cluster.js';
import {
  awaitSharers,
  connect,
  ensureDatabase,
  isLocked,
  markSharing,
  starterOf,
  takeLock,
} from './connection.js';
import { findPostmaster, type Postmaster, type Site, startPostmaster, stopPostmaster } from './postmaster.js';
import { isAlive } from './process.js';
import { findPrograms } from './programs.js';
import { superuserPassword } from './superuser-password.js';

/** How often, and for how long, a command tries to share a database that others start and stop at the same time. */
const SHARING_ATTEMPTS = 10;
const SHARING_MS = 15_000;

/** A process has its database locked after so many looks; one that has not only has the id of who started it. */
const STARTING_ATTEMPTS = 50;

/** A PostgreSQL of our own, running as long as the gateway does. */
export interface EmbeddedPostgres {
  /** Connection URL of the database `gatehouse`, password included: not for logs. */
  readonly url: string;
  /** Sentences for the operator: where programs and data are, when not in the usual place. */
  readonly notes: readonly string[];
  /** Ends it and waits until nothing of it is left. Further calls wait for the same end. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of a data folder, creating both where needed. What a killed gateway left running or
 * half-made is cleared away first.
 * @param options.dataDir kept there: the cluster `postgres` (or a link to it), its password and its log.
 * @param options.onLost called with a sentence when the database ends without being asked to.
 * @param options.signal gives the start up: it then fails, and leaves nothing running.
 * @throws StartError when it cannot, or when another live gateway uses the folder.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  onLost?: (sentence: string) => void;
  signal?: AbortSignal;
}): Promise<EmbeddedPostgres> {
  const { home, site, password, notes } = await locate(options.dataDir);
  await stopOrphan(site, password, home, options.signal);
  const postmaster = await startPostmaster(site, options.signal);
  const lock = await prepare(site, postmaster, password, home);

  let stopping: Promise<void> | undefined;
  postmaster.exited.then(() => {
    if (!stopping) options.onLost?.(`The embedded PostgreSQL ended by itself; its log is ${site.logFile}.`);
  });
  const stop = async () => {
    // It may have ended by itself already, and pg_ctl would call that a failure.
    if (await findPostmaster(site)) await stopPostmaster(site);
    await postmaster.exited;
    await lock.end();
  };
  return {
    url: urlOf(postmaster, password),
    notes,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/**
 * The PostgreSQL of a data folder beside the gateway that runs on it, or beside another command; without either,
 * one that is started, and stopped once nobody shares it any more.
 * @param options.dataDir as for `startEmbeddedPostgres`.
 * @throws StartError when it can neither be shared nor started.
 */
export async function shareEmbeddedPostgres({ dataDir }: { dataDir: string }): Promise<EmbeddedPostgres> {
  const { site, password } = await locate(dataDir);
  const deadline = Date.now() + SHARING_MS;
  for (let attempt = 1; ; attempt++) {
    const running = await joinRunning(site, password);
    if (running) return running;
    try {
      return stoppedByTheLast(await startEmbeddedPostgres({ dataDir }), password);
    } catch (error) {
      // Of several that start at once, all but one are told that another does, which may end before they join it.
      if (attempt === SHARING_ATTEMPTS || Date.now() > deadline) throw error;
    }
  }
}

function stoppedByTheLast(postgres: EmbeddedPostgres, password: string): EmbeddedPostgres {
  return {
    ...postgres,
    stop: async () => {
      const client = await connect(Number(new URL(postgres.url).port), password);
      await awaitSharers(client);
      // Nobody can begin to share it before it has stopped: the connection, and what it holds, end with it.
      await postgres.stop();
      await client.end();
    },
  };
}

/** Connects where a gateway or a command holds the lock; null where none does. */
async function joinRunning(site: Site, password: string): Promise<EmbeddedPostgres | null> {
  // What was just started takes its lock a moment later; what a killed gateway left never does.
  for (let attempt = 0; attempt < 20; attempt++) {
    const running = await findPostmaster(site);
    if (!running) return null;
    const client = await connect(running.port, password).catch(() => null);
    if (client && (await beginSharing(client))) {
      return { url: urlOf(running, password), notes: [], stop: () => client.end() };
    }
    await client?.end();
    await setTimeout(100);
  }
  return null;
}

/** @returns whether it can be shared; not one without a holder, nor one that is being stopped. */
async function beginSharing(client: Client): Promise<boolean> {
  try {
    if (!(await isLocked(client))) return false;
    await markSharing(client);
    return true;
  } catch {
    return false;
  }
}

/** Where the server of a data folder is, or is to be; what is missing is made. */
async function locate(dataDir: string) {
  const home = await openDataFolder(dataDir);
  const account = await chooseAccount(home);
  const programs = await findPrograms(account);
  const password = await superuserPassword(home);
  const cluster = await openCluster(programs, account, home, password);
  const site: Site = { programs, account, folder: cluster.folder, logFile: join(home, 'postgres.log') };
  return {
    home,
    site,
    password,
    notes: [programs.note, cluster.note].filter((note) => note !== undefined),
  };
}

const urlOf = ({ port }: Postmaster, password: string) =>
  `postgresql://${superuser}:${password}@127.0.0.1:${port}/${superuser}`;

/** Locks the started server for this gateway and makes its database; a failure leaves nothing running. */
async function prepare(site: Site, postmaster: Postmaster, password: string, home: string): Promise<Client> {
  try {
    const client = await connect(postmaster.port, password);
    if (!(await takeLock(client))) throw busy(home);
    await ensureDatabase(client);
    return client;
  } catch (error) {
    await stopPostmaster(site);
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The embedded PostgreSQL of ${home} refused its own gateway (${lastLine(error)}); ` +
        `its password is kept in ${join(home, 'postgres.password')}.`,
    );
  }
}

/**
 * Ends the server that a killed gateway left running.
 * @throws StartError when its gateway is alive, or it does not answer for ten seconds.
 */
async function stopOrphan(
  site: Site,
  password: string,
  home: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let failure: unknown;
  for (let attempt = 0; attempt < 100; attempt++) {
    signal?.throwIfAborted();
    const running = await findPostmaster(site);
    if (!running) return;
    try {
      const client = await connect(running.port, password);
      try {
        if (!(await takeLock(client))) throw busy(home);
        const starter = await starterOf(client);
        const isStarting = starter !== process.pid && isAlive(starter) && attempt < STARTING_ATTEMPTS;
        if (!isStarting) return await stopPostmaster(site);
        failure = new Error('another gateway is starting it');
      } finally {
        await client.end();
      }
    } catch (error) {
      if (error instanceof StartError) throw error;
      // Its own start or stop may be under way.
      failure = error;
    }
    await setTimeout(100);
  }
  throw new StartError(
    `A PostgreSQL is running on ${site.folder} and does not let the gateway in (${lastLine(failure)}): stop it first.`,
  );
}

function busy(home: string): StartError {
  return new StartError(
    `Another gateway is running on the data folder ${home}: stop it first, or give this one its own DATA_DIR.`,
  );
}
