import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import type { SecretFile } from '../../data-dir/secret-files.js';
import type { ArchiveEntry } from '../archive/archive-reader.js';
import { BackupError } from '../archive/backup-error.js';
import type { Manifest, Table } from '../archive/manifest.js';
import { copyTarget } from '../installation/tables.js';
import type { RestoredPackages } from './restored-packages.js';

/** Where content goes. */
export interface Target {
  /** Its transaction must have emptied the tables. */
  readonly client: pg.ClientBase;
  readonly packages: RestoredPackages;
}

/**
 * Loads the rows of an archive, and receives its packages.
 * @returns its secrets.
 * @throws BackupError if the content is not that of the manifest.
 */
export async function restoreContent(
  entries: AsyncIterable<ArchiveEntry>,
  manifest: Manifest,
  { client, packages }: Target,
): Promise<SecretFile[]> {
  const loads = new Map(manifest.tables.map((table) => [table.name, new TableLoad(client, table)]));
  const secrets: SecretFile[] = [];
  for await (const entry of entries) {
    const [folder, name = ''] = entry.name.split('/');
    const load = loads.get(name);
    if (folder === 'tables' && load) await load.add(entry);
    else if (folder === 'packages') await packages.receive(name, entry);
    else if (folder === 'secrets') secrets.push({ name, content: await contentOf(entry) });
    // The header and the manifest, which are known.
    else await contentOf(entry);
  }
  for (const load of loads.values()) load.requireComplete();
  return secrets;
}

/** The rows of a table, which are loaded piece by piece. */
class TableLoad {
  readonly #hash: Hash = createHash('sha256');
  #rows = 0;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly table: Table,
  ) {}

  async add({ content }: ArchiveEntry): Promise<void> {
    const hash = this.#hash;
    const hashed = async function* () {
      for await (const chunk of content) {
        hash.update(chunk);
        yield chunk;
      }
    };
    // Frozen rows are not written again when they are first read.
    const copy = this.client.query(
      from(`copy ${copyTarget(this.client, this.table)} from stdin with (freeze)`),
    );
    await pipeline(hashed, copy);
    this.#rows += copy.rowCount;
  }

  /** @throws BackupError */
  requireComplete(): void {
    const { name, rows, sha256 } = this.table;
    if (this.#rows === rows && this.#hash.digest('hex') === sha256) return;
    throw new BackupError(`The table ${name} has ${this.#rows} rows, not the ${rows} of the archive.`);
  }
}

async function contentOf({ content }: ArchiveEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
