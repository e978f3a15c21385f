import { setTimeout } from 'node:timers/promises';
import type { Client } from 'pg';
import { awaitSharers, connect, isLocked, markSharing } from './connection.js';
import { type EmbeddedPostgres, locate, startAs, urlOf } from './embedded-postgres.js';
import { type ClusterSite, findPostmaster } from './postmaster.js';

/** Limits for sharing a database that other processes start and stop at the same time. */
const SHARING_ATTEMPTS = 10;
const SHARING_MS = 15_000;

/**
 * Shares the PostgreSQL of a data folder with the gateway or command that runs it. If none does, starts it, and stops
 * it once no other process shares it.
 * @param options.dataDir as for `startAs`.
 * @throws StartError if it can be neither shared nor started.
 */
export async function shareEmbeddedPostgres({ dataDir }: { dataDir: string }): Promise<EmbeddedPostgres> {
  const { site, password } = await locate(dataDir);
  const deadline = Date.now() + SHARING_MS;
  for (let attempt = 1; ; attempt++) {
    const running = await joinRunning(site, password, deadline);
    if (running) return running;
    try {
      return stoppedAfterSharers(await startAs('command', { dataDir }), password);
    } catch (error) {
      // Another process started it first, and may stop it before this one joins.
      if (attempt === SHARING_ATTEMPTS || Date.now() > deadline) throw error;
    }
  }
}

function stoppedAfterSharers(postgres: EmbeddedPostgres, password: string): EmbeddedPostgres {
  return {
    url: postgres.url,
    notes: postgres.notes,
    ensureRunning: () => postgres.ensureRunning(),
    stop: async () => {
      const client = await connect(Number(new URL(postgres.url).port), password, 'command');
      await awaitSharers(client);
      // The exclusive lock keeps new processes from sharing the server until it has stopped.
      await postgres.stop();
      await client.end();
    },
  };
}

/** Connects to the server if a gateway or command holds its lock; null otherwise. */
async function joinRunning(
  site: ClusterSite,
  password: string,
  deadline: number,
): Promise<EmbeddedPostgres | null> {
  // A server that was just started is locked a moment later; one that a killed gateway left never is.
  for (let attempt = 0; attempt < 20 && Date.now() < deadline; attempt++) {
    const running = await findPostmaster(site);
    if (!running) return null;
    const client = await connect(running.port, password, 'command').catch(() => null);
    if (client && (await beginSharing(client))) {
      return {
        url: urlOf(running, password),
        notes: [],
        ensureRunning: async () => {},
        stop: () => client.end(),
      };
    }
    await client?.end();
    await setTimeout(100);
  }
  return null;
}

/** @returns false for a server that no process has locked or that is being stopped. */
async function beginSharing(client: Client): Promise<boolean> {
  try {
    if (!(await isLocked(client))) return false;
    await markSharing(client);
    return true;
  } catch {
    return false;
  }
}
