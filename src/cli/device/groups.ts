import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import { type FilterOptions, readFilter, withFilterOptions } from './selection.js';

const importClient = async () => ({
  ...(await import('../gateway/signed-in-client.js')),
  ...(await import('../gateway/gateway-device-groups.js')),
});

/** `gatehouse device group …` */
export const groupCommand = (env: Environment): Command =>
  new Command('group')
    .summary('manage groups of devices')
    .description('Manage groups of devices: filters that are saved under a name.')
    .addCommand(listCommand(env))
    .addCommand(saveCommand(env))
    .addCommand(renameCommand(env))
    .addCommand(deleteCommand(env));

const listCommand = (env: Environment) =>
  gatewayCommand('list')
    .summary('list groups')
    .description('List the groups by name, with the number of their devices.')
    .addHelpText('after', '\nExample:\n  $ gatehouse device group list --username alice')
    .action(async (options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, listGroups } = await importClient();
      await withSignedInClient(env, options, async (client) =>
        output.rows(await listGroups(client), {
          name: ({ name }) => name,
          devices: ({ deviceCount }) => String(deviceCount ?? ''),
        }),
      );
    });

const saveCommand = (env: Environment) =>
  withFilterOptions(gatewayCommand('save'))
    .summary('save a filter as a group')
    .description('Save a filter as a group, or save another filter in a group that exists.')
    .argument('<name>', 'name of the group')
    .addHelpText('after', '\nExample:\n  $ gatehouse device group save Berlin --tag site:berlin')
    .action(async (name: string, options: FilterOptions & SignInOptions, command: Command) => {
      const output = Output.of(command);
      const filter = readFilter(options);
      const { withSignedInClient, withinGroup, saveGroup } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const group = await saveGroup(client, name, await withinGroup(client, options.group ?? null, filter));
        output.result(group, `Saved ${name}.`);
      });
    });

const renameCommand = (env: Environment) =>
  gatewayCommand('rename')
    .summary('rename a group')
    .description('Give a group another name.')
    .argument('<name>', 'name of the group')
    .argument('<new-name>', 'its new name')
    .addHelpText('after', '\nExample:\n  $ gatehouse device group rename Berlin "Berlin and Potsdam"')
    .action(async (name: string, newName: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, renameGroup } = await importClient();
      await withSignedInClient(env, options, async (client) =>
        output.result(await renameGroup(client, name, newName), `Renamed ${name} to ${newName}.`),
      );
    });

const deleteCommand = (env: Environment) =>
  gatewayCommand('delete')
    .summary('delete a group')
    .description('Delete a group. Its devices stay.')
    .argument('<name>', 'name of the group')
    .addHelpText('after', '\nExample:\n  $ gatehouse device group delete Berlin --username alice')
    .action(async (name: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, deleteGroup } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        await deleteGroup(client, name);
        output.result({ name, deleted: true }, `Deleted ${name}.`);
      });
    });
