import type { ArchiveReader } from '../../backup/archive/archive-reader.js';
import type { CheckedArchive } from '../../backup/archive/check-archive.js';
import type { Environment } from '../../config.js';
import { startProgress } from '../terminal/progress.js';
import { type PassphraseOptions, readPassphrase } from './passphrase.js';

/** An archive that was read to its end. */
export interface OpenedArchive {
  readonly archive: ArchiveReader;
  readonly checked: CheckedArchive;
}

/**
 * Opens an archive, and checks all of it.
 * @throws BackupError if it cannot be used, UsageError as `readPassphrase`
 */
export async function openArchive(
  file: string,
  options: PassphraseOptions,
  env: Environment,
): Promise<OpenedArchive> {
  const passphrase = await readPassphrase(options, env);
  const [{ ArchiveReader }, { checkArchive }] = await Promise.all([
    import('../../backup/archive/archive-reader.js'),
    import('../../backup/archive/check-archive.js'),
  ]);
  const archive = await ArchiveReader.open(file, passphrase);
  const progress = startProgress('Checking', archive.size);
  try {
    const { signal } = new AbortController();
    const checked = await checkArchive(archive, { onRead: (bytes) => progress.update(bytes), signal });
    return { archive, checked };
  } finally {
    progress.stop();
  }
}
