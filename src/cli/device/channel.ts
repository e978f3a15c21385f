import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import { readSelection, type SelectionOptions, withSelection } from './selection.js';

interface ChannelOptions extends SelectionOptions, SignInOptions {
  readonly to: string;
}

/** `gatehouse device channel` */
export const channelCommand = (env: Environment): Command =>
  withSelection(gatewayCommand('channel'))
    .summary('set the channel of devices')
    .description('Set the channel whose releases devices are offered.')
    .requiredOption('--to <channel>', 'the channel, such as beta')
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse device channel --tag site:berlin --to beta --username alice',
    )
    .action(async (ids: string[], options: ChannelOptions, command: Command) => {
      const output = Output.of(command);
      const action = {
        kind: 'SET_CHANNEL',
        value: options.to,
        selection: readSelection(ids, options),
      } as const;
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { runAction } = await import('./run-action.js');
      await withSignedInClient(env, options, (client) =>
        runAction(client, action, { output, yes: options.yes === true || ids.length === 1 }),
      );
    });
