import { Command } from 'commander';
import type { Environment } from '../config.js';
import { gatewayCommand } from './gateway/gateway-command.js';
import type { Release } from './gateway/release-schema.js';
import type { SignInOptions } from './gateway/signed-in-client.js';
import { Output } from './terminal/output.js';
import { formatBytes } from './terminal/progress.js';

/** Imported by the commands when they run, so that `--help` does not load the client. */
const importClient = async () => ({
  ...(await import('./gateway/signed-in-client.js')),
  ...(await import('./gateway/gateway-releases.js')),
});

const columns = {
  id: ({ id }: Release) => id,
  channel: ({ channel }: Release) => channel,
  version: ({ version }: Release) => version,
  file: ({ fileName }: Release) => fileName,
  size: ({ size }: Release) => formatBytes(size),
  published: ({ publishedAt }: Release) => publishedAt,
  withdrawn: ({ withdrawalReason }: Release) => withdrawalReason ?? '',
};

/** `gatehouse release …` */
export const releaseCommand = (env: Environment): Command =>
  new Command('release')
    .summary('manage releases of a running gateway')
    .description('Manage the releases of a running gateway, with the permissions of the signed-in user.')
    .addCommand(uploadCommand(env))
    .addCommand(listCommand(env))
    .addCommand(withdrawCommand(env));

const uploadCommand = (env: Environment) =>
  gatewayCommand('upload')
    .summary('publish a package')
    .description(
      'Publish a package. Its SHA-256 is computed first, and the gateway rejects a file that differs from it.',
    )
    .argument('<file>', 'the package')
    .requiredOption('--release-version <version>', 'integer or semantic version, whichever the channel uses')
    .option('--channel <channel>', 'channel of the release', 'stable')
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
        const { withSignedInClient, uploadRelease } = await importClient();
        await withSignedInClient(env, options, async (client) => {
          const release = await uploadRelease(client, file, details);
          output.result(release, `Published ${release.channel} ${release.version} at ${release.url}`);
        });
      },
    );

const listCommand = (env: Environment) =>
  gatewayCommand('list')
    .summary('list releases')
    .description('List releases by channel, the newest version first, including withdrawn ones.')
    .option('--channel <channel>', 'list one channel only')
    .addHelpText('after', '\nExample:\n  $ gatehouse release list --channel stable --username alice')
    .action(async ({ channel, ...options }: SignInOptions & { channel?: string }, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, listReleases } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        for await (const page of listReleases(client, channel ?? null)) output.rows(page, columns);
      });
    });

const withdrawCommand = (env: Environment) =>
  gatewayCommand('withdraw')
    .summary('withdraw a release for good')
    .description(
      'Withdraw a release for good. It can no longer be downloaded, and devices are offered the previous one.',
    )
    .argument('<id>', 'id of a release, from release list')
    .requiredOption('--reason <text>', 'why, for everyone who looks for the release')
    .addHelpText('after', '\nExample:\n  $ gatehouse release withdraw 7 --reason "does not start on mate60"')
    .action(async (id: string, options: SignInOptions & { reason: string }, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, withdrawRelease } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const release = await withdrawRelease(client, id, options.reason);
        output.result(release, `Withdrew ${release.channel} ${release.version}.`);
      });
    });
