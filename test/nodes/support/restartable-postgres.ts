import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startAs } from '../../../src/database/embedded-postgres/embedded-postgres.js';
import { eventually } from '../../support/eventually.js';
import { openFolder } from '../../support/server.js';

/** A PostgreSQL server that can be stopped, and started again on its port. */
export interface RestartablePostgres {
  readonly url: string;
  /** Ends it as an operator does, which closes all connections. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const dataDir = await openFolder();
  // That of a gateway would start again by itself.
  const postgres = await startAs('command', { dataDir });
  const processFile = join(dataDir, 'postgres', 'postmaster.pid');
  const pid = async () => Number((await readFile(processFile, 'utf8')).split('\n')[0]);
  return {
    url: postgres.url,
    async pause() {
      process.kill(await pid(), 'SIGINT');
      await eventually(() =>
        pid().then(
          () => false,
          () => true,
        ),
      );
    },
    resume: () => postgres.ensureRunning(),
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
