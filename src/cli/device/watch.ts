import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import { type FilterOptions, readFilter, withFilterOptions } from './selection.js';

/** `gatehouse device watch` */
export const watchCommand = (env: Environment): Command =>
  withFilterOptions(gatewayCommand('watch'))
    .summary('follow devices as they come online and go offline')
    .description(
      'Print a line for each device that comes online or goes offline, until interrupted. After a lost connection, it continues with the changes in between.',
    )
    .addHelpText('after', '\nExample:\n  $ gatehouse device watch --tag site:berlin --username alice')
    .action(async (options: FilterOptions & SignInOptions, command: Command) => {
      const output = Output.of(command);
      const filter = readFilter(options);
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { followDevices } = await import('../gateway/gateway-device-changes.js');
      const { withinGroup } = await import('../gateway/gateway-device-groups.js');
      await withSignedInClient(env, options, async (client) => {
        const { online, ...within } = await withinGroup(client, options.group ?? null, filter);
        await followDevices(client, within, {
          onSnapshot: (count) => output.notice(`Devices online: ${count}. Waiting for changes.`),
          onMissed: () => output.notice('Some changes were missed.'),
          onChange(change) {
            if (online !== undefined && change.device.online !== online) return;
            const { at, kind, device } = change;
            const name = device.displayName || device.name || device.clientId || '';
            const owner = device.user.username ?? device.user.phone ?? '';
            output.result(change, `${at}  ${kind.padEnd(7)}  ${device.id}  ${name}  ${owner}`.trimEnd());
          },
          onDisconnect: () => output.notice('The connection was lost; reconnecting.'),
        });
      });
    });
