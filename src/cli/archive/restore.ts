import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { Output } from '../terminal/output.js';
import { startProgress } from '../terminal/progress.js';
import { operator } from '../with-services.js';
import { openArchive } from './checked-archive.js';
import { type PassphraseOptions, passphraseOption } from './passphrase.js';
import { contentText, secondsSince } from './summary.js';
import { withInstallation } from './with-installation.js';

/** `gatehouse restore` */
export const restoreCommand = (env: Environment): Command =>
  new Command('restore')
    .summary('restore a backup into an empty installation')
    .description(
      'Restore a backup into an empty installation of the same or a newer version, without a running gateway. The whole archive is checked before anything is changed. A restore that fails or is interrupted leaves the installation empty.',
    )
    .argument('<file>', 'an archive of gatehouse backup')
    .addOption(passphraseOption())
    .addHelpText('after', '\nExample:\n  $ DATA_DIR=/srv/gatehouse gatehouse restore /backups/fleet.tar.zst')
    .action(async (file: string, options: PassphraseOptions, command: Command) => {
      const startedAt = performance.now();
      const { archive, checked } = await openArchive(file, options, env);
      const [{ requireRestorable, restoreBackup }, { totalsOf }] = await Promise.all([
        import('../../backup/restore/restore.js'),
        import('../../backup/archive/manifest.js'),
      ]);
      requireRestorable(archive, checked);
      const progress = startProgress('Restoring', archive.size);
      await withInstallation(env, (installation, signal) =>
        restoreBackup(installation, archive, checked, {
          reading: { onRead: (bytes) => progress.update(bytes), signal },
          actor: operator(),
        }),
      ).finally(() => progress.stop());
      const { createdAt } = checked.header;
      const totals = totalsOf(checked.manifest);
      const seconds = secondsSince(startedAt);
      Output.of(command).result(
        { file, createdAt, ...totals, seconds },
        `Restored ${contentText(totals)} of ${createdAt} in ${seconds} seconds.`,
      );
    });
