import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import { readSelection, type SelectionOptions, singleId, withSelection } from './selection.js';

type Options = SelectionOptions & SignInOptions;

/** Imported by the commands when they run, so that `--help` does not load the client. */
const importClient = async () => ({
  ...(await import('../gateway/signed-in-client.js')),
  ...(await import('../gateway/gateway-devices.js')),
  ...(await import('./run-action.js')),
});

/** `gatehouse device retire` */
export const retireCommand = (env: Environment): Command =>
  withSelection(gatewayCommand('retire'))
    .summary('take devices out of use')
    .description(
      'End the sessions of devices with their credentials, and hide the devices from lists. Their history is kept, and a ' +
        'heartbeat in another session brings a device back.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse device retire device_28 --username alice\n  $ gatehouse device retire --tag spare --offline',
    )
    .action(async (ids: string[], options: Options, command: Command) => {
      const output = Output.of(command);
      const selection = readSelection(ids, options);
      const id = singleId(selection);
      const { withSignedInClient, retireDevice, runAction } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const action = { kind: 'RETIRE', value: null, selection } as const;
        if (id === null) return runAction(client, action, { output, yes: options.yes === true });
        await retireDevice(client, id);
        output.result({ id, retired: true }, `Retired ${id}.`);
      });
    });

/** `gatehouse device delete` */
export const deleteCommand = (env: Environment): Command =>
  withSelection(gatewayCommand('delete'))
    .summary('delete devices with their history')
    .description(
      'End the sessions of devices with their credentials, and delete the devices with their history. It cannot be undone.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse device delete device_28 --username alice\n  $ gatehouse device delete --retired --tag spare',
    )
    .action(async (ids: string[], options: Options, command: Command) => {
      const output = Output.of(command);
      const selection = readSelection(ids, options);
      const id = singleId(selection);
      const { withSignedInClient, deleteDevice, runAction } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const action = { kind: 'DELETE', value: null, selection } as const;
        if (id === null) return runAction(client, action, { output, yes: options.yes === true });
        await deleteDevice(client, id);
        output.result({ id, deleted: true }, `Deleted ${id}.`);
      });
    });
