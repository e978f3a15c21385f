import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as embedded from '../../../../src/database/embedded-postgres/embedded-postgres.js';
import { withClient } from '../../../support/database.ts';
import { importBuilt } from './built.ts';

const { startEmbeddedPostgres } = await importBuilt<typeof embedded>(
  'database/embedded-postgres/embedded-postgres.js',
);

/** The embedded PostgreSQL of a run, with a database for each row. */
export class Cluster implements AsyncDisposable {
  #databases = 0;
  readonly #dataDir: string;
  readonly #postgres: embedded.EmbeddedPostgres;

  private constructor(dataDir: string, postgres: embedded.EmbeddedPostgres) {
    this.#dataDir = dataDir;
    this.#postgres = postgres;
  }

  static async start(): Promise<Cluster> {
    const dataDir = await openFolder();
    return new Cluster(dataDir, await startEmbeddedPostgres({ dataDir }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  /** @returns the URL of a new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `bench_${++this.#databases}`;
    await withClient(this.#postgres.url, (client) => client.query(`create database ${name}`));
    const url = new URL(this.#postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  }
}

/** A folder that is removed at the end of its scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await openFolder();
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Creates a folder that the system user of the embedded database may enter, too. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  await chmod(folder, 0o755);
  return folder;
}
