import { Command } from 'commander';
import type { Environment } from '../config.js';
import { gatewayVersion } from '../gateway-version.js';
import { backupCommand } from './archive/backup.js';
import { restoreCommand } from './archive/restore.js';
import { verifyCommand } from './archive/verify.js';
import { auditCommand } from './audit/audit.js';
import { completionCommand } from './completion/completion.js';
import { configCommand } from './config.js';
import { deviceCommand } from './device/device.js';
import { ExitCode, failureOf, UsageError } from './failures.js';
import { historyCommand } from './history.js';
import { keyCommand } from './key.js';
import { migrateCommand } from './migrate.js';
import { releaseCommand } from './release.js';
import { roleCommand } from './role.js';
import { sessionCommand } from './session.js';
import { signingKeyCommand } from './signing-key.js';
import { smsCommand } from './sms.js';
import { startCommand } from './start.js';
import { Output } from './terminal/output.js';
import { userCommand } from './user/user.js';

const HELP = `
Exit codes:
  0    success
  1    failure; standard error has the reason in one line (verify: standard output has the findings)
  2    invalid command line; nothing was done
  3    user import: finished, but some lines were rejected
  130  interrupted

Commands use the settings of the gateway (DATA_DIR, DATABASE_URL, …) from the environment; see docs/settings.md.
Without DATABASE_URL they use the embedded database: that of the running gateway, or else one started for the
command.

Examples:
  $ gatehouse config check
  $ gatehouse user add alice --role ADMIN
  $ gatehouse user import people.csv --errors rejected.txt
  $ gatehouse session list alice --json
  $ gatehouse key create ci-builds --name "build server" --permission RELEASES_PUBLISH
  $ gatehouse device list --tag site:berlin --username alice
  $ gatehouse audit tail --username alice
  $ gatehouse release upload app.zip --release-version 1.4.0 --username alice
  $ gatehouse backup /backups/fleet.tar.zst`;

/**
 * Runs one command line.
 * @param argv like `process.argv`.
 * @returns the exit code.
 */
export async function run(argv: readonly string[], env: Environment): Promise<number> {
  const program = createProgram(env);
  // A closed standard output (`… | head`) is no failure, even if the error arrives after the work is done.
  process.stdout.on('error', () => {});
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? ExitCode.success);
  } catch (error) {
    const failure = failureOf(error);
    Output.of(program).failure(failure);
    return failure.exitCode;
  }
}

function createProgram(env: Environment): Command {
  const program = new Command('gatehouse')
    .description('Run and administer a Gatehouse gateway.')
    .option('--json', 'print one JSON value per line, also for failures')
    .version(gatewayVersion(), '-V, --version')
    .addHelpText('after', HELP);
  for (const create of [
    startCommand,
    migrateCommand,
    configCommand,
    userCommand,
    roleCommand,
    sessionCommand,
    keyCommand,
    auditCommand,
    deviceCommand,
    historyCommand,
    releaseCommand,
    smsCommand,
    signingKeyCommand,
    backupCommand,
    restoreCommand,
    verifyCommand,
    completionCommand,
  ]) {
    program.addCommand(create(env));
  }
  configure(program);
  return program;
}

/** Commander does not pass these settings on to commands added with `addCommand`. */
function configure(command: Command): void {
  command
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
      throw new UsageError(`${message} (see gatehouse ${path(command)}--help)`);
    })
    // `run` prints errors itself, as text or JSON.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true });
  command.commands.forEach(configure);
}

const path = (command: Command): string =>
  command.parent ? `${path(command.parent)}${command.name()} ` : '';
