import { setTimeout } from 'node:timers/promises';
import { StartError } from '../../errors.js';
import { failureReason } from './account.js';
import { connect, isLocked, type Role, starterPid, takeLock } from './connection.js';
import { type ClusterSite, findPostmaster, resumePostmaster, stopPostmaster } from './postmaster.js';
import { isAlive } from './process.js';

/** A process that starts a server locks it within this many attempts; later its process id must have been reused. */
const STARTING_ATTEMPTS = 50;

/** How long a gateway waits for a command that has started the server. */
const COMMAND_WAIT_MS = 30_000;

/** How long a server that another process has started may not answer. */
const ANSWER_LIMIT_MS = 10_000;

/**
 * How long a server may take to stop. A gateway must leave time for the rest of its stop; a command may have loaded many
 * rows, which are written then.
 */
export const STOP_LIMITS_MS: Readonly<Record<Role, number>> = { gateway: 5000, command: 60_000 };

/** A process that starts the server of a data folder. */
export interface Starter {
  readonly site: ClusterSite;
  readonly password: string;
  readonly home: string;
  readonly role: Role;
}

interface Waiting {
  /** Aborts the wait. */
  readonly signal?: AbortSignal;
  /** Called with a sentence if a command runs on the folder. */
  onWait?(sentence: string): void;
}

/**
 * Stops the server that a killed gateway left running. A gateway waits for a command that uses the server.
 * @throws StartError if its gateway is alive, if a command still runs after 30 seconds, or if the server does not answer
 *   for ten seconds.
 */
export async function stopOrphan(
  { site, password, home, role }: Starter,
  { signal, onWait }: Waiting,
): Promise<void> {
  const command = commandDeadline(home, onWait);
  let deadline = performance.now() + ANSWER_LIMIT_MS;
  let failure: unknown;
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    signal?.throwIfAborted();
    const running = await findPostmaster(site);
    if (!running) return;
    await resumePostmaster(running.pid);
    try {
      const client = await connect(running.port, password, role);
      try {
        const starter = await starterPid(client);
        const mayStart = starter !== process.pid && isAlive(starter) && attempt < STARTING_ATTEMPTS;
        // Its process has not taken the lock yet, and must find it free.
        if (mayStart && !(await isLocked(client))) {
          failure = new Error('another gateway is starting it');
        } else if (await takeLock(client)) {
          return await stopPostmaster(site, running, STOP_LIMITS_MS.command);
        } else if (role === 'gateway' && (await isLocked(client, 'command'))) {
          command.requireTime();
          attempt = 0;
          deadline = performance.now() + ANSWER_LIMIT_MS;
        } else if (await isLocked(client)) {
          throw folderInUse(home);
        }
      } finally {
        await client.end();
      }
    } catch (error) {
      if (error instanceof StartError) throw error;
      // The server may be starting or stopping.
      failure = error;
    }
    await setTimeout(100);
  }
  throw new StartError(
    `A PostgreSQL server is running on ${site.folder} and rejects the gateway (${failureReason(failure)}): stop it first.`,
  );
}

/** The wait for a command. `requireTime` says so at first, and throws a StartError after 30 seconds. */
function commandDeadline(home: string, onWait: Waiting['onWait']) {
  const runs = `A command is running on the data folder ${home}`;
  let deadline: number | undefined;
  return {
    requireTime() {
      if (deadline === undefined) onWait?.(`${runs}: the gateway waits for it to end.`);
      deadline ??= performance.now() + COMMAND_WAIT_MS;
      if (performance.now() > deadline)
        throw new FolderInUse(`${runs}: start the gateway when it has ended.`);
    },
  };
}

/** Another gateway, or a command that does not end, uses the folder. */
export class FolderInUse extends StartError {}

export const folderInUse = (home: string) =>
  new FolderInUse(
    `Another gateway is running on the data folder ${home}: stop it first, or set DATA_DIR to another folder.`,
  );
