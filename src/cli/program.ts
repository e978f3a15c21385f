import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import { configCommand } from './config.js';
import { ExitCode, failureOf, UsageError } from './failures.js';
import { migrateCommand } from './migrate.js';
import { Output } from './output.js';
import { releaseCommand } from './release.js';
import { sessionCommand } from './session.js';
import { smsCommand } from './sms.js';
import { startCommand } from './start.js';
import { userCommand } from './user.js';

const ENDS = `
Exit codes:
  0    done
  1    failed; standard error says why, in one line
  2    the command line itself makes no sense; nothing was tried
  3    user import: done, but some lines were refused
  130  interrupted

Settings are those of the gateway (DATA_DIR, DATABASE_URL, …) and come from the environment: see the README.
Without DATABASE_URL, the embedded database is used: that of the running gateway, or one started for the command.

Examples:
  $ gatehouse config check
  $ gatehouse user add alice --role ADMIN
  $ gatehouse user import people.csv --errors refused.txt
  $ gatehouse session list alice --json
  $ gatehouse release upload app.zip --release-version 1.4.0 --username alice`;

/**
 * Runs one command line.
 * @param argv as `process.argv` has it.
 * @returns the exit code.
 */
export async function run(argv: readonly string[], env: GivenSettings): Promise<number> {
  const program = createProgram(env);
  // That nobody reads its output any more is no failure, also when it shows only after the work.
  process.stdout.on('error', () => {});
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? ExitCode.done);
  } catch (error) {
    const failure = failureOf(error);
    Output.of(program).failure(failure);
    return failure.exitCode;
  }
}

function createProgram(env: GivenSettings): Command {
  const program = new Command('gatehouse')
    .description('Runs and administers a Gatehouse gateway.')
    .option('--json', 'print one JSON value a line, failures too')
    .version(version(), '-V, --version')
    .addHelpText('after', ENDS);
  for (const create of [
    startCommand,
    migrateCommand,
    configCommand,
    userCommand,
    sessionCommand,
    releaseCommand,
    smsCommand,
  ]) {
    program.addCommand(create(env));
  }
  settle(program);
  return program;
}

/** What commander does not hand down to commands that were made elsewhere. */
function settle(command: Command): void {
  command
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      const complaint = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
      throw new UsageError(`${complaint} (see gatehouse ${path(command)}--help)`);
    })
    // `run` tells it, in the form that is asked for.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true });
  command.commands.forEach(settle);
}

const path = (command: Command): string =>
  command.parent ? `${path(command.parent)}${command.name()} ` : '';

function version(): string {
  return String(JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? '', 'utf8')).version);
}
