import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { exportCommand } from '../gateway/export-command.js';
import { actionsCommand, resumeCommand, stopCommand } from './actions.js';
import { channelCommand } from './channel.js';
import { claimCommand, credentialsCommand } from './credentials.js';
import { groupCommand } from './groups.js';
import { listCommand } from './list.js';
import { deleteCommand, retireCommand } from './removal.js';
import {
  type FilterOptions,
  readFilter,
  readSorting,
  type SortOptions,
  withFilterOptions,
  withSorting,
} from './selection.js';
import { showCommand } from './show.js';
import { tagCommand } from './tag.js';
import { watchCommand } from './watch.js';

/** `gatehouse device …` */
export const deviceCommand = (env: Environment): Command =>
  new Command('device')
    .summary('manage devices of a running gateway')
    .description('Manage the devices of a running gateway, with the permissions of the signed-in user.')
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(groupCommand(env))
    .addCommand(watchCommand(env))
    .addCommand(
      exportCommand(env, {
        list: 'devices',
        operation: 'ExportDevices',
        example: 'gatehouse device export --tag site:berlin berlin.csv --username alice',
        withFilterOptions: (command) => withSorting(withFilterOptions(command)),
        readInput: (options: FilterOptions & SortOptions) => ({
          filter: readFilter(options),
          orderBy: readSorting(options),
        }),
        async complete(client, input, options) {
          const { withinGroup } = await import('../gateway/gateway-device-groups.js');
          return { ...input, filter: await withinGroup(client, options.group ?? null, readFilter(options)) };
        },
      }),
    )
    .addCommand(tagCommand(env))
    .addCommand(channelCommand(env))
    .addCommand(retireCommand(env))
    .addCommand(deleteCommand(env))
    .addCommand(actionsCommand(env))
    .addCommand(stopCommand(env))
    .addCommand(resumeCommand(env))
    .addCommand(credentialsCommand(env))
    .addCommand(claimCommand(env));
