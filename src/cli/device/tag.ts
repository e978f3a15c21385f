import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { UsageError } from '../failures.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import type { ActionOnSelection } from './run-action.js';
import {
  collect,
  type DeviceSelection,
  readSelection,
  type SelectionOptions,
  singleId,
  withSelection,
} from './selection.js';

interface TagOptions extends SelectionOptions, SignInOptions {
  readonly add?: string[];
  readonly remove?: string[];
}

/** `gatehouse device tag` */
export const tagCommand = (env: Environment): Command =>
  withSelection(gatewayCommand('tag'))
    .summary('add and remove tags')
    .description(
      'Add tags to a device and remove others; or add or remove a tag of many devices. Tags are words, or keys with ' +
        'values such as site:berlin.',
    )
    .option('--add <tag>', 'tag to add; may be repeated for one device', collect)
    .option('--remove <tag>', 'tag to remove; may be repeated for one device', collect)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse device tag device_28 --add site:berlin --remove spare\n' +
        '  $ gatehouse device tag --client-version 1.4.0 --offline --add check',
    )
    .action(async (ids: string[], options: TagOptions, command: Command) => {
      const { add = [], remove = [] } = options;
      if (add.length + remove.length === 0) throw new UsageError('Name tags with --add or --remove.');
      const output = Output.of(command);
      const selection = readSelection(ids, options);
      const id = singleId(selection);
      const action = id === null ? readAction(add, remove, selection) : null;
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { tagDevice } = await import('../gateway/gateway-devices.js');
      const { runAction } = await import('./run-action.js');
      await withSignedInClient(env, options, async (client) => {
        if (action) return runAction(client, action, { output, yes: options.yes === true });
        const device = await tagDevice(client, id ?? '', { add, remove });
        const name = device.displayName || device.name || device.clientId || device.id;
        output.result(device, `Tags of ${name}: ${device.tags.join(' ') || 'none'}`);
      });
    });

function readAction(
  add: readonly string[],
  remove: readonly string[],
  selection: DeviceSelection,
): ActionOnSelection {
  const [value = '', ...others] = [...add, ...remove];
  if (others.length > 0) throw new UsageError('Add or remove one tag at a time of more than one device.');
  return { kind: add.length > 0 ? 'TAG' : 'UNTAG', value, selection };
}
