import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayVersion } from '../../gateway-version.js';
import { Output } from '../terminal/output.js';
import { formatBytes, type Progress, startProgress } from '../terminal/progress.js';
import { operator } from '../with-services.js';
import { type PassphraseOptions, passphraseOption, readPassphrase } from './passphrase.js';
import { contentText, secondsSince } from './summary.js';
import { withInstallation } from './with-installation.js';

interface BackupOptions extends PassphraseOptions {
  readonly force?: boolean;
}

/** `gatehouse backup` */
export const backupCommand = (env: Environment): Command =>
  new Command('backup')
    .summary('back up the installation into a file')
    .description(
      'Back up the installation into a file: all rows as of one moment, all packages and the generated secrets. The gateway may run meanwhile. Keep the file as safe as the data folder.',
    )
    .argument('<file>', 'the archive to write; - is standard output')
    .addOption(passphraseOption())
    .option('--force', 'replace an existing file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse backup /backups/fleet.tar.zst\n  $ gatehouse backup - --passphrase-file key.txt | ssh vault "cat > fleet.backup"',
    )
    .action(async (file: string, options: BackupOptions, command: Command) => {
      const passphrase = await readPassphrase(options, env);
      const { backUp } = await import('../../backup/backup.js');
      const startedAt = performance.now();
      let progress: Progress | null = null;
      const result = await withInstallation(env, (installation, signal) => {
        const target = {
          file,
          overwrites: options.force === true,
          passphrase,
          version: gatewayVersion(),
          signal,
          actor: operator(),
        };
        return backUp(installation, target, {
          onStart(total) {
            progress = startProgress('Backing up', total);
          },
          onAdd: (bytes) => progress?.update(bytes),
        });
      }).finally(() => progress?.stop());
      const seconds = secondsSince(startedAt);
      const sentence = `Backed up ${contentText(result)} to ${file}: ${formatBytes(result.bytes)} in ${seconds} seconds.`;
      const output = Output.of(command);
      if (file === '-') process.stderr.write(`${sentence}\n`);
      else output.result({ file, ...result, seconds }, sentence);
    });
