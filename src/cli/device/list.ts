import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { Device } from '../gateway/gateway-devices.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import {
  type FilterOptions,
  readFilter,
  readSorting,
  type SortOptions,
  withFilterOptions,
  withSorting,
} from './selection.js';

const columns = {
  id: ({ id }: Device) => id,
  name: ({ displayName, name, clientId }: Device) => displayName || name || clientId || '',
  owner: ({ user }: Device) => user.username ?? user.phone ?? '',
  state: ({ online }: Device) => (online ? 'online' : 'offline'),
  seen: ({ lastSeenAt }: Device) => lastSeenAt,
  version: ({ clientVersion }: Device) => clientVersion ?? '',
  channel: ({ channel }: Device) => channel,
  tags: ({ tags }: Device) => tags.join(' '),
};

/** `gatehouse device list` */
export const listCommand = (env: Environment): Command =>
  withSorting(withFilterOptions(gatewayCommand('list')))
    .summary('list devices')
    .description('List the devices that the signed-in user may see.')
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse device list --tag site:berlin --offline --sort longest-offline --username alice',
    )
    .action(async (options: FilterOptions & SortOptions & SignInOptions, command: Command) => {
      const output = Output.of(command);
      const filter = readFilter(options);
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { listDevices } = await import('../gateway/gateway-devices.js');
      const { withinGroup } = await import('../gateway/gateway-device-groups.js');
      await withSignedInClient(env, options, async (client) => {
        const within = await withinGroup(client, options.group ?? null, filter);
        for await (const page of listDevices(client, within, readSorting(options)))
          output.rows(page, columns);
      });
    });
