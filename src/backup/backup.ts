import { type Actor, recordAudit } from '../audit/audit.js';
import { LastBackup } from '../database/backups/last-backup.entity.js';
import type { Database } from '../database/database.js';
import { reasonOf } from '../database/reason.js';
import { createFile, standardOutput } from './archive/archive-file.js';
import { ArchiveWriter } from './archive/archive-writer.js';
import { BackupError } from './archive/backup-error.js';
import { type Totals, totalsOf } from './archive/manifest.js';
import type { Installation } from './installation/installation.js';
import { type BackupProgress, writeBackup } from './write-backup.js';

/** Where a backup is written, and how. */
export interface BackupOptions {
  /** `-` is standard output. */
  readonly file: string;
  /** Whether an existing file is replaced. */
  readonly overwrites: boolean;
  /** Null to write in plain text. */
  readonly passphrase: string | null;
  /** Of this program. */
  readonly version: string;
  readonly signal: AbortSignal;
  /** Of the audit entry. */
  readonly actor: Actor;
}

/** What was backed up. */
export interface BackupResult extends Totals {
  /** Of the archive. */
  readonly bytes: number;
}

/**
 * Backs up an installation. A file appears under its name once it is complete and durable.
 * @throws BackupError as `createFile` and `writeBackup`; the error of a file system that is full, or of the signal.
 */
export async function backUp(
  installation: Installation,
  options: BackupOptions,
  progress: BackupProgress,
): Promise<BackupResult> {
  const createdAt = new Date();
  const result = await writeArchive(installation, createdAt, options, progress);
  const encrypted = options.passphrase !== null;
  await record(installation.db, createdAt, { ...result, encrypted }, options.actor).catch(
    (error: unknown) => {
      throw new BackupError(
        `The backup is complete, but the database has not recorded it: ${reasonOf(error)}.`,
      );
    },
  );
  return result;
}

async function writeArchive(
  installation: Installation,
  createdAt: Date,
  { file: path, overwrites, passphrase, version, signal }: BackupOptions,
  progress: BackupProgress,
): Promise<BackupResult> {
  const file = path === '-' ? standardOutput : await createFile(path, overwrites);
  try {
    const archive = new ArchiveWriter(file.stream, createdAt, { passphrase, signal });
    const origin = { gatehouse: version, createdAt: createdAt.toISOString() };
    const manifest = await writeBackup(installation, archive, origin, progress);
    await archive.finish();
    await file.commit();
    return { ...totalsOf(manifest), bytes: archive.bytes };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function record(
  db: Database,
  at: Date,
  { bytes, rows, packages, encrypted }: BackupResult & Pick<LastBackup, 'encrypted'>,
  actor: Actor,
): Promise<void> {
  return db.em.fork().transactional(async (em) => {
    await em.upsert(LastBackup, { id: true, at, archiveBytes: bytes, rows, packages, encrypted });
    recordAudit(em, at, actor, { action: 'backup.create' });
  });
}
