import { Command, Option } from 'commander';
import type { GivenSettings } from '../config.js';
import type { SignInOptions } from './gateway-releases.js';
import { Output } from './output.js';
import { passwordStdinOption } from './password.js';
import { byteSize } from './progress.js';
import type { Release } from './release-schema.js';

/** Loaded by those commands only that need it: the help is there at once. */
const gateway = () => import('./gateway-releases.js');

const COLUMNS = {
  id: ({ id }: Release) => id,
  channel: ({ channel }: Release) => channel,
  version: ({ version }: Release) => version,
  file: ({ fileName }: Release) => fileName,
  size: ({ size }: Release) => byteSize(size),
  published: ({ publishedAt }: Release) => publishedAt,
  withdrawn: ({ withdrawalReason }: Release) => withdrawalReason ?? '',
};

/** `gatehouse release …` */
export const releaseCommand = (env: GivenSettings): Command =>
  new Command('release')
    .description('Releases of a running gateway, with the rights of who signs in.')
    .addCommand(uploadCommand(env))
    .addCommand(listCommand(env))
    .addCommand(withdrawCommand(env));

/** A command that talks to a running gateway. */
const gatewayCommand = (name: string) =>
  new Command(name)
    .addOption(
      new Option('--url <url>', 'the gateway; unless told, the one of HOST and PORTS here').env(
        'GATEHOUSE_URL',
      ),
    )
    .addOption(new Option('--token <token>', 'a token of any of its APIs').env('GATEHOUSE_TOKEN'))
    .option('--username <name>', 'sign in by username or phone; the password is asked for')
    .option(...passwordStdinOption);

const uploadCommand = (env: GivenSettings) =>
  gatewayCommand('upload')
    .summary('publish a file')
    .description(
      'Publishes a file. Its SHA-256 is computed first; the gateway refuses what arrives otherwise.',
    )
    .argument('<file>')
    .requiredOption(
      '--release-version <version>',
      'a whole number or a semantic version, as the channel has them',
    )
    .option('--channel <channel>', 'where it is published', 'stable')
    .option('--notes <text>', 'what is new')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse release upload app.zip --release-version 1.4.0 --username alice\n  $ GATEHOUSE_TOKEN=… gatehouse release upload app.zip --release-version 1112343 --url https://fleet.example.com',
    )
    .action(
      async (
        file: string,
        options: SignInOptions & { releaseVersion: string; channel: string; notes?: string },
        command: Command,
      ) => {
        const output = Output.of(command);
        const { releaseVersion: version, channel, notes } = options;
        const details = { version, channel, ...(notes === undefined ? {} : { notes }) };
        const { withSignedInClient, uploadRelease } = await gateway();
        await withSignedInClient(env, options, async (client) => {
          const release = await uploadRelease(client, file, details);
          output.outcome(release, `Published ${release.channel} ${release.version} at ${release.url}`);
        });
      },
    );

const listCommand = (env: GivenSettings) =>
  gatewayCommand('list')
    .summary('list releases')
    .description('Lists releases by channel, the newest version first; withdrawn ones too.')
    .option('--channel <channel>', 'of one channel only')
    .addHelpText('after', '\nExample:\n  $ gatehouse release list --channel stable --username alice')
    .action(async ({ channel, ...options }: SignInOptions & { channel?: string }, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, listReleases } = await gateway();
      await withSignedInClient(env, options, async (client) => {
        for await (const page of listReleases(client, channel ?? null)) output.rows(page, COLUMNS);
      });
    });

const withdrawCommand = (env: GivenSettings) =>
  gatewayCommand('withdraw')
    .summary('withdraw a release, for good')
    .description(
      'Withdraws a release for good: it cannot be downloaded any more, and devices are offered the one before.',
    )
    .argument('<id>', 'as release list shows it')
    .requiredOption('--reason <text>', 'for those who look for it')
    .addHelpText('after', '\nExample:\n  $ gatehouse release withdraw 7 --reason "does not start on mate60"')
    .action(async (id: string, options: SignInOptions & { reason: string }, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, withdrawRelease } = await gateway();
      await withSignedInClient(env, options, async (client) => {
        const release = await withdrawRelease(client, id, options.reason);
        output.outcome(release, `Withdrew ${release.channel} ${release.version}.`);
      });
    });
