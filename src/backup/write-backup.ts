import { createHash } from 'node:crypto';
import type pg from 'pg';
import { to } from 'pg-copy-streams';
import { readSecrets } from '../data-dir/secret-files.js';
import { lockForBackup } from '../database/backups/backup-lock.js';
import { connectClient } from '../database/connections/failover-client.js';
import type { ArchiveWriter } from './archive/archive-writer.js';
import { BackupError, DamageError } from './archive/backup-error.js';
import {
  FORMAT,
  HEADER_ENTRY,
  type Header,
  MANIFEST_ENTRY,
  type Manifest,
  type StoredPackage,
  type Table,
  tableEntry,
} from './archive/manifest.js';
import type { Installation } from './installation/installation.js';
import { requireCurrentMigrations } from './installation/migrations.js';
import { packageBytes } from './installation/package-bytes.js';
import { archivedTables, copyTarget, readSequences, type TableColumns } from './installation/tables.js';

/** Rows are held until there are so many bytes. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Follows a backup. All numbers are bytes. */
export interface BackupProgress {
  /** Called once, with about how many there will be. */
  onStart(total: number): void;
  /** Called with how many were added so far. */
  onAdd(bytes: number): void;
}

/** What a header has that the database does not know. */
export type Origin = Pick<Header, 'gatehouse' | 'createdAt'>;

/**
 * Writes everything that an installation keeps to an archive, as of one moment. Gateways may run meanwhile. The rows are
 * of one snapshot, whose transaction ends before the packages are read.
 * @throws BackupError if another backup runs, the database is of another version, or a package is missing or damaged.
 */
export async function writeBackup(
  { db, url, storage, dataDir }: Installation,
  archive: ArchiveWriter,
  origin: Origin,
  { onStart, onAdd }: BackupProgress,
): Promise<Manifest> {
  const client = await connectClient(url);
  try {
    if (!(await lockForBackup(client))) {
      throw new BackupError('Another backup of this installation is running.');
    }
    await client.query('begin isolation level repeatable read, read only');
    await client.query(
      `set local datestyle to 'iso'; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`,
    );
    const migrations = await requireCurrentMigrations(client);
    const header: Header = { format: FORMAT, ...origin, fleetId: await fleetIdOf(client), migrations };
    await addJson(archive, HEADER_ENTRY, header);
    const packages = await storedPackages(client);
    const described = await archivedTables(client, db);
    onStart((await sizeOf(client, described)) + packages.reduce((sum, { size }) => sum + size, 0));
    let added = 0;
    const onBytes = (bytes: number) => {
      added += bytes;
      onAdd(added);
    };
    const secrets = await addSecrets(archive, dataDir);
    const tables: Table[] = [];
    for (const table of described) tables.push(await addTable(archive, client, table, onBytes));
    // Last: a sequence is not part of a snapshot, and must not be behind the rows.
    const sequences = await readSequences(client, described);
    await client.query('commit');
    for (const stored of packages) await addPackage(archive, storage, stored, onBytes);
    const manifest: Manifest = { tables, sequences, packages, secrets };
    await addJson(archive, MANIFEST_ENTRY, manifest);
    return manifest;
  } finally {
    await client.end();
  }
}

async function fleetIdOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ fleet_id: string }>('select fleet_id from fleet');
  return rows[0]?.fleet_id ?? '';
}

async function storedPackages(client: pg.Client): Promise<StoredPackage[]> {
  const { rows } = await client.query<{ sha256: string; size: string }>(
    'select distinct sha256, size from releases order by sha256',
  );
  return rows.map(({ sha256, size }) => ({ sha256, size: Number(size) }));
}

async function sizeOf(client: pg.Client, tables: readonly TableColumns[]): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    'select sum(pg_relation_size(quote_ident(name)::regclass)) as bytes from unnest($1::text[]) as name',
    [tables.map(({ name }) => name)],
  );
  return Number(rows[0]?.bytes ?? 0);
}

const addJson = (archive: ArchiveWriter, name: string, value: object): Promise<void> => {
  const content = Buffer.from(JSON.stringify(value));
  return archive.add(name, content.length, [content]);
};

async function addSecrets(archive: ArchiveWriter, dataDir: string): Promise<Manifest['secrets']> {
  const secrets = await readSecrets(dataDir);
  for (const { name, content } of secrets) await archive.add(`secrets/${name}`, content.length, [content]);
  return secrets.map(({ name, content }) => ({
    name,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
}

async function addPackage(
  archive: ArchiveWriter,
  { storage }: Installation['storage'],
  stored: StoredPackage,
  onBytes: (bytes: number) => void,
): Promise<void> {
  try {
    await archive.add(`packages/${stored.sha256}`, stored.size, packageBytes(storage, stored, onBytes));
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    throw new BackupError(`No backup was made, since ${error.message}. gatehouse verify lists all problems.`);
  }
}

async function addTable(
  archive: ArchiveWriter,
  client: pg.Client,
  table: TableColumns,
  onBytes: (bytes: number) => void,
): Promise<Table> {
  const hash = createHash('sha256');
  const rows = client.query(to(`copy ${copyTarget(client, table)} to stdout`));
  let index = 0;
  for await (const piece of pieces(rows)) {
    hash.update(piece);
    await archive.add(tableEntry(table.name, index++), piece.length, [piece]);
    onBytes(piece.length);
  }
  return { ...table, rows: rows.rowCount, sha256: hash.digest('hex') };
}

/** Whole rows, each of which ends with the only line feed in it. */
async function* pieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < PIECE_BYTES) continue;
    const known = Buffer.concat(waiting);
    const end = known.lastIndexOf('\n') + 1;
    if (end > 0) yield known.subarray(0, end);
    waiting = [known.subarray(end)];
    bytes = known.length - end;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
