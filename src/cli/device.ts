import { Command } from 'commander';
import type { Environment } from '../config.js';
import { claimCommand, credentialsCommand } from './device-credentials.js';
import { UsageError } from './failures.js';
import { gatewayCommand } from './gateway/gateway-command.js';
import type { Device } from './gateway/gateway-devices.js';
import type { SignInOptions } from './gateway/signed-in-client.js';
import { Output } from './terminal/output.js';

/** Imported by the commands when they run, so that `--help` does not load the client. */
const importClient = async () => ({
  ...(await import('./gateway/signed-in-client.js')),
  ...(await import('./gateway/gateway-devices.js')),
});

const nameOf = ({ displayName, name, clientId }: Device): string => displayName || name || clientId || '';

const columns = {
  id: ({ id }: Device) => id,
  name: nameOf,
  owner: ({ user }: Device) => user.username ?? user.phone ?? '',
  state: ({ online }: Device) => (online ? 'online' : 'offline'),
  seen: ({ lastSeenAt }: Device) => lastSeenAt,
  version: ({ clientVersion }: Device) => clientVersion ?? '',
  channel: ({ channel }: Device) => channel,
  tags: ({ tags }: Device) => tags.join(' '),
};

/** `gatehouse device …` */
export const deviceCommand = (env: Environment): Command =>
  new Command('device')
    .summary('manage devices of a running gateway')
    .description('Manage the devices of a running gateway, with the permissions of the signed-in user.')
    .addCommand(listCommand(env))
    .addCommand(tagCommand(env))
    .addCommand(retireCommand(env))
    .addCommand(deleteCommand(env))
    .addCommand(credentialsCommand(env))
    .addCommand(claimCommand(env));

/** Collects the values of an option that may be given several times. */
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

interface ListOptions extends SignInOptions {
  readonly search?: string;
  readonly tag?: string[];
  readonly channel?: string;
  readonly online?: true;
  readonly offline?: true;
  readonly retired?: true;
}

const listCommand = (env: Environment) =>
  gatewayCommand('list')
    .summary('list devices')
    .description('List the devices that the signed-in user may see, those that came first at the top.')
    .option('--search <text>', 'part of a name, tag, device id or owner')
    .option('--tag <tag>', 'devices with this tag; with several, those that have all of them', collect)
    .option('--channel <channel>', 'devices of this channel')
    .option('--online', 'devices that are online')
    .option('--offline', 'devices that are offline')
    .option('--retired', 'retired devices instead of those in use')
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse device list --tag site:berlin --offline --username alice',
    )
    .action(
      async (
        { search, tag, channel, online, offline, retired, ...options }: ListOptions,
        command: Command,
      ) => {
        if (online && offline) throw new UsageError('--online and --offline exclude each other.');
        const output = Output.of(command);
        const state = online || offline ? { online: online === true } : {};
        const filter = {
          ...(search === undefined ? {} : { search }),
          ...(tag === undefined ? {} : { tags: tag }),
          ...(channel === undefined ? {} : { channel }),
          ...(retired ? { retired } : {}),
          ...state,
        };
        const { withSignedInClient, listDevices } = await importClient();
        await withSignedInClient(env, options, async (client) => {
          for await (const page of listDevices(client, filter)) output.rows(page, columns);
        });
      },
    );

const tagCommand = (env: Environment) =>
  gatewayCommand('tag')
    .summary('add and remove tags')
    .description(
      'Add tags to a device and remove others. Tags are words, or keys with values such as site:berlin.',
    )
    .argument('<id>', 'id of a device, from device list')
    .option('--add <tag>', 'tag to add; may be repeated', collect)
    .option('--remove <tag>', 'tag to remove; may be repeated', collect)
    .addHelpText('after', '\nExample:\n  $ gatehouse device tag device_28 --add site:berlin --remove spare')
    .action(
      async (
        id: string,
        { add = [], remove = [], ...options }: SignInOptions & { add?: string[]; remove?: string[] },
        command: Command,
      ) => {
        if (add.length + remove.length === 0) throw new UsageError('Name tags with --add or --remove.');
        const output = Output.of(command);
        const { withSignedInClient, tagDevice } = await importClient();
        await withSignedInClient(env, options, async (client) => {
          const device = await tagDevice(client, id, { add, remove });
          output.result(device, `Tags of ${nameOf(device) || device.id}: ${device.tags.join(' ') || 'none'}`);
        });
      },
    );

const retireCommand = (env: Environment) =>
  gatewayCommand('retire')
    .summary('take a device out of use')
    .description(
      'End the sessions of a device, with its credential, and hide the device from lists. Its history is kept, and a heartbeat in another session brings it back.',
    )
    .argument('<id>', 'id of a device, from device list')
    .addHelpText('after', '\nExample:\n  $ gatehouse device retire device_28 --username alice')
    .action(async (id: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, retireDevice } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        await retireDevice(client, id);
        output.result({ id, retired: true }, `Retired ${id}.`);
      });
    });

const deleteCommand = (env: Environment) =>
  gatewayCommand('delete')
    .summary('delete a device with its history')
    .description(
      'End the sessions of a device, with its credential, and delete the device with its history. It cannot be undone.',
    )
    .argument('<id>', 'id of a device, from device list')
    .addHelpText('after', '\nExample:\n  $ gatehouse device delete device_28 --username alice')
    .action(async (id: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, deleteDevice } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        await deleteDevice(client, id);
        output.result({ id, deleted: true }, `Deleted ${id}.`);
      });
    });
