import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openDataFolder } from '../../data-dir/data-dir.js';
import { StartError } from '../../errors.js';
import { failureReason } from './account.js';
import { chooseAccount, openCluster, superuser } from './cluster.js';
import { connect, ensureDatabase, type Role, takeLock } from './connection.js';
import { KeptLock } from './kept-lock.js';
import {
  type ClusterSite,
  findPostmaster,
  type Postmaster,
  resumePostmaster,
  type StartedPostmaster,
  startPostmaster,
  stopPostmaster,
} from './postmaster.js';
import { findPrograms } from './programs.js';
import { FolderInUse, folderInUse, STOP_LIMITS_MS, type Starter, stopOrphan } from './stop-orphan.js';
import { superuserPassword } from './superuser-password.js';

/** A server that has exited is started again after this time, and as often until it starts. */
const RESTART_MS = 1000;

/** A PostgreSQL server that runs as long as the gateway: if it exits by itself, it is started again. */
export interface EmbeddedPostgres {
  /** The connection URL of the database `gatehouse`. It contains the password and must not be logged. */
  readonly url: string;
  /** Sentences for the operator about programs or data that are not in their usual place. */
  readonly notes: readonly string[];
  /**
   * Starts the server again if it has exited or is shutting down: a signal to all processes of a unit reaches it as
   * well, and the gateway still has to save. On the same port, so that the URL stays. Resumes a server that was stopped.
   */
  ensureRunning(): Promise<void>;
  /** Stops the server and waits until it has exited. Further calls return the same promise. */
  stop(): Promise<void>;
}

interface StartOptions {
  /** Holds the cluster `postgres` (or a link to it), its password and its log. */
  readonly dataDir: string;
  /** Called with a sentence if the server exits by itself, and if it does not start again. */
  onExit?(sentence: string): void;
  /** Called with a sentence if the folder is used by others then, so that the server cannot be started again. */
  onFatal?(sentence: string): void;
  /** Called once PostgreSQL's own program runs: from then on, the start mostly waits for it. */
  onLaunch?(): void;
  /** Called with a sentence if the start has to wait for a command that runs on the folder. */
  onWait?(sentence: string): void;
  /** Aborts the start, which then rejects and leaves nothing running. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the PostgreSQL of a data folder, and creates both if needed. A server that a killed gateway left running is
 * stopped first.
 * @throws StartError if it cannot start, if another gateway is running on the folder, or if a command does for 30
 *   seconds.
 */
export const startEmbeddedPostgres = (options: StartOptions): Promise<EmbeddedPostgres> =>
  startAs('gateway', options);

/** As `startEmbeddedPostgres`; a command does not wait for other commands. */
export async function startAs(role: Role, options: StartOptions): Promise<EmbeddedPostgres> {
  const { notes, ...place } = await locate(options.dataDir, options.onLaunch);
  const starter = { ...place, role };
  await stopOrphan(starter, options);
  return new OwnServer(starter, options, notes, await launch(starter, options));
}

/** A started server, which is locked for its process. */
interface LockedServer {
  readonly postmaster: StartedPostmaster;
  readonly lock: KeptLock;
}

/** The server that this process has started. */
class OwnServer implements EmbeddedPostgres {
  readonly url: string;
  #running: LockedServer;
  #restarting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    private readonly starter: Starter,
    private readonly options: StartOptions,
    readonly notes: readonly string[],
    started: LockedServer,
  ) {
    this.url = urlOf(started.postmaster, starter.password);
    this.#running = this.#watched(started);
  }

  ensureRunning(): Promise<void> {
    this.#restarting ??= this.#restartUnlessReady().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  stop(): Promise<void> {
    // What is being started must not stay.
    this.#stopping ??= Promise.allSettled([this.#restarting]).then(() => this.#end());
    return this.#stopping;
  }

  #watched(server: LockedServer): LockedServer {
    server.postmaster.exited.then(() => {
      void server.lock.end();
      if (!this.#stopping && this.starter.role === 'gateway') void this.#recover();
    });
    return server;
  }

  async #end(): Promise<void> {
    const { postmaster, lock } = this.#running;
    await stopPostmaster(this.starter.site, postmaster, STOP_LIMITS_MS[this.starter.role]);
    await postmaster.exited;
    await lock.end();
  }

  async #restartUnlessReady(): Promise<void> {
    const { pid, port } = this.#running.postmaster;
    const found = await findPostmaster(this.starter.site);
    if (found) await resumePostmaster(found.pid);
    if (found?.ready && found.pid === pid) return;
    await this.#end();
    await stopOrphan(this.starter, this.options);
    this.#running = this.#watched(await launch(this.starter, this.options, port));
  }

  /** Starts the server, which has exited by itself, again and again. */
  async #recover(): Promise<void> {
    const { onExit, onFatal } = this.options;
    const { logFile } = this.starter.site;
    onExit?.(`The embedded PostgreSQL exited by itself and is started again; its log is ${logFile}.`);
    for (let attempt = 1; !this.#stopping; attempt++) {
      await setTimeout(RESTART_MS, undefined, { ref: false });
      if (this.#stopping) return;
      try {
        return await this.ensureRunning();
      } catch (error) {
        if (this.#stopping) return;
        const sentence = error instanceof Error ? error.message : String(error);
        if (error instanceof FolderInUse) return onFatal?.(sentence);
        // Reasons name the process of their attempt, so that they all differ.
        if (attempt === 1) onExit?.(sentence);
      }
    }
  }
}

/** @param port a free one by default. */
async function launch(
  starter: Starter,
  { signal, onLaunch }: StartOptions,
  port?: number,
): Promise<LockedServer> {
  const postmaster = await startPostmaster(starter.site, {
    ...(port === undefined ? {} : { port }),
    signal,
    onLaunch,
  });
  return { postmaster, lock: await prepare(starter, postmaster) };
}

/**
 * Finds the programs, account and cluster for a data folder, and creates what is missing.
 * @param onLaunch called when a program runs that creates the cluster.
 */
export async function locate(dataDir: string, onLaunch?: () => void) {
  const home = await openDataFolder(dataDir);
  const account = await chooseAccount(home);
  const programs = await findPrograms(account);
  const password = await superuserPassword(home);
  const cluster = await openCluster({ programs, account, onLaunch }, home, password);
  const site: ClusterSite = {
    programs,
    account,
    folder: cluster.folder,
    logFile: join(home, 'postgres.log'),
  };
  return {
    home,
    site,
    password,
    notes: [programs.note, cluster.note].filter((note) => note !== undefined),
  };
}

export const urlOf = ({ port }: Postmaster, password: string) =>
  `postgresql://${superuser}:${password}@127.0.0.1:${port}/${superuser}?sslmode=disable`;

/** Locks the started server for this gateway and creates its database. A failure leaves nothing running. */
async function prepare({ site, password, home, role }: Starter, postmaster: Postmaster): Promise<KeptLock> {
  try {
    const connectAgain = () => connect(postmaster.port, password, role);
    const client = await connectAgain();
    if (!(await takeLock(client))) throw folderInUse(home);
    await ensureDatabase(client);
    return new KeptLock(client, connectAgain);
  } catch (error) {
    await stopPostmaster(site, postmaster, STOP_LIMITS_MS[role]);
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The embedded PostgreSQL of ${home} rejected the gateway (${failureReason(error)}); ` +
        `its password is stored in ${join(home, 'postgres.password')}.`,
    );
  }
}
