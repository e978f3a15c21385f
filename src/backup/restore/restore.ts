import { type Actor, recordAudit } from '../../audit/audit.js';
import { replaceSecrets, type SecretFile } from '../../data-dir/secret-files.js';
import { connectClient } from '../../database/connections/failover-client.js';
import { fleetId } from '../../database/fleet-id.js';
import { tryGatewayLock } from '../../database/gateway-lock/gateway-lock.js';
import { withTransactionClient } from '../../database/transaction-client.js';
import { migrate } from '../../entities.js';
import type { ArchiveReader, Reading } from '../archive/archive-reader.js';
import { BackupError } from '../archive/backup-error.js';
import type { CheckedArchive } from '../archive/check-archive.js';
import type { Manifest } from '../archive/manifest.js';
import type { Installation } from '../installation/installation.js';
import { knownMigrations } from '../installation/migrations.js';
import { entityTables } from '../installation/tables.js';
import { requireEmptyDatabase, requireEmptyStorage } from './empty-installation.js';
import { restoreContent } from './restore-content.js';
import { wasCommitted } from './restored-at.js';
import { RestoredPackages } from './restored-packages.js';
import { migrateUp, recreateSchema, type Transaction } from './restored-schema.js';
import { suspendConstraints } from './suspended-constraints.js';

/** @throws BackupError if an archive has migrations that this version does not know. */
export function requireRestorable(archive: ArchiveReader, { header }: CheckedArchive): void {
  const areKnown = header.migrations.every((name, index) => name === knownMigrations[index]);
  if (!areKnown) throw archive.newer(header.gatehouse);
}

/** How an archive is restored, and by whom. */
export interface RestoreOptions {
  readonly reading: Reading;
  /** Of the audit entry. */
  readonly actor: Actor;
}

/**
 * Restores an archive into an empty installation. A restore that fails or is interrupted leaves it empty.
 * @param checked of `checkArchive`
 * @throws BackupError if a gateway runs on the installation, if it is not empty, if the archive has changed, or if the
 *   database neither confirms the restore nor answers later.
 */
export async function restoreBackup(
  { db, url, storage, dataDir }: Installation,
  archive: ArchiveReader,
  checked: CheckedArchive,
  { reading, actor }: RestoreOptions,
): Promise<void> {
  const { createdAt } = checked.header;
  const lock = await connectClient(url);
  try {
    if (!(await tryGatewayLock(lock))) {
      throw new BackupError('A gateway is running on this installation: stop it first.');
    }
    await requireEmptyDatabase(lock, entityTables(db), createdAt);
    // Not in the transaction below: a bucket is marked with the id of the fleet, also if the restore fails.
    await migrate(db);
    await storage.claim(() => fleetId(db));
    const stored = new Set(await storage.inventory.published());
    requireEmptyStorage(stored, checked.manifest);
    // Removes what a killed restore has left.
    await storage.storage.sweep(Number.POSITIVE_INFINITY);
    const packages = new RestoredPackages(storage.storage, stored);
    const { signal } = reading;
    let undoSecrets = async () => {};
    let isCommitting = false;
    try {
      await withTransactionClient(db, async (em, client) => {
        const load = () => restoreContent(archive.entries(reading), checked.manifest, { client, packages });
        const secrets = await restoreRows(db, { em, client }, checked, load);
        recordAudit(em, new Date(), actor, { action: 'backup.restore', detail: createdAt });
        signal.throwIfAborted();
        // Before the commit: without rows, packages and secrets have no effect.
        await packages.publish();
        undoSecrets = await replaceSecrets(dataDir, secrets);
        isCommitting = true;
      });
    } catch (error) {
      if (isCommitting && (await wasCommitted(url, createdAt, signal))) return;
      await packages.undo();
      await undoSecrets();
      throw error;
    }
  } finally {
    await lock.end();
  }
}

/** @param load loads all rows. @returns what `load` returns. */
async function restoreRows(
  db: Installation['db'],
  transaction: Transaction,
  { header, manifest }: CheckedArchive,
  load: () => Promise<SecretFile[]>,
): Promise<SecretFile[]> {
  const { client } = transaction;
  await client.query('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0');
  const { rows: fleet } = await client.query<{ fleet_id: string }>('select fleet_id from fleet');
  await recreateSchema(db, transaction, header.migrations.at(-1) ?? '');
  const tables = manifest.tables.map(({ name }) => name);
  const resumeConstraints = await suspendConstraints(client, tables);
  await client.query(`truncate ${tables.map((name) => client.escapeIdentifier(name)).join(', ')}`);
  const secrets = await load();
  await setSequences(client, manifest);
  await resumeConstraints();
  await client.query('update fleet set fleet_id = $1', [fleet[0]?.fleet_id]);
  await migrateUp(db, transaction);
  await client.query('analyze');
  return secrets;
}

async function setSequences(client: Transaction['client'], { sequences }: Manifest): Promise<void> {
  for (const [name, value] of Object.entries(sequences)) {
    if (value !== null) await client.query('select setval(quote_ident($1)::regclass, $2)', [name, value]);
  }
}
