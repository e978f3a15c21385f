import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { ExitCode } from '../failures.js';
import { Output } from '../terminal/output.js';
import { type Progress, startProgress } from '../terminal/progress.js';
import { openArchive } from './checked-archive.js';
import { type PassphraseOptions, passphraseOption } from './passphrase.js';
import { contentText } from './summary.js';
import { withInstallation } from './with-installation.js';

/** `gatehouse verify` */
export const verifyCommand = (env: Environment): Command =>
  new Command('verify')
    .summary('check the installation, or an archive')
    .description(
      'Check that the schema, the rows and the packages of the installation agree, and print a line for each problem. The gateway may run meanwhile. With a file, check instead that it is a whole and unaltered archive.',
    )
    .argument('[file]', 'an archive of gatehouse backup')
    .addOption(passphraseOption())
    .addHelpText('after', '\nExamples:\n  $ gatehouse verify\n  $ gatehouse verify /backups/fleet.tar.zst')
    .action(async (file: string | undefined, options: PassphraseOptions, command: Command) => {
      const output = Output.of(command);
      if (file === undefined) return verifySettings(env, output);
      const { checked } = await openArchive(file, options, env);
      const { totalsOf } = await import('../../backup/archive/manifest.js');
      const totals = totalsOf(checked.manifest);
      const { createdAt } = checked.header;
      output.result(
        { ok: true, createdAt, ...totals },
        `${file} is a whole archive of ${createdAt} with ${contentText(totals)}.`,
      );
    });

/** Verifies the installation of the settings. The exit code says whether there are problems. */
async function verifySettings(env: Environment, output: Output): Promise<void> {
  const { verifyInstallation } = await import('../../backup/verify/verify.js');
  let progress: Progress | null = null;
  let problems = 0;
  await withInstallation(env, async (installation, signal) => {
    const findings = verifyInstallation(installation, {
      onStart(total) {
        progress = startProgress('Reading packages', total);
      },
      onRead: (bytes) => progress?.update(bytes),
      signal,
    });
    for await (const { kind, text } of findings) {
      if (kind === 'problem') problems++;
      output.result({ [kind]: text }, kind === 'note' ? `Note: ${text}.` : `${text}.`);
    }
  }).finally(() => progress?.stop());
  const count = problems === 1 ? 'a problem' : `${problems} problems`;
  output.result(
    { ok: problems === 0, problems },
    problems === 0 ? 'The installation is consistent.' : `The installation has ${count}.`,
  );
  if (problems > 0) process.exitCode = ExitCode.failure;
}
