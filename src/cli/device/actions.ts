import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';

const importClient = async () => ({
  ...(await import('../gateway/signed-in-client.js')),
  ...(await import('../gateway/gateway-device-actions.js')),
  ...(await import('./run-action.js')),
});

/** `gatehouse device actions` */
export const actionsCommand = (env: Environment): Command =>
  gatewayCommand('actions')
    .summary('list actions on many devices')
    .description('List actions on many devices, the latest first, with what they have done.')
    .addHelpText('after', '\nExample:\n  $ gatehouse device actions --username alice')
    .action(async (options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, listActions, summaryOf } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        for await (const page of listActions(client)) {
          output.rows(page, {
            id: ({ id }) => id,
            started: ({ createdAt }) => createdAt,
            state: ({ state }) => state.toLowerCase(),
            done: summaryOf,
            failure: ({ failure }) => failure ?? '',
          });
        }
      });
    });

/** `gatehouse device stop` */
export const stopCommand = (env: Environment): Command =>
  gatewayCommand('stop')
    .summary('stop an action on many devices')
    .description('Stop an action on many devices. The devices that it has changed stay as they are.')
    .argument('<action>', 'id of an action, from device actions')
    .addHelpText('after', '\nExample:\n  $ gatehouse device stop deviceAction_5 --username alice')
    .action(async (id: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, stopAction, summaryOf } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const action = await stopAction(client, id);
        output.result(action, `${id} is ${action.state.toLowerCase()}. ${summaryOf(action)}.`);
      });
    });

/** `gatehouse device resume` */
export const resumeCommand = (env: Environment): Command =>
  gatewayCommand('resume')
    .summary('continue an action on many devices')
    .description('Continue an action that has failed or was stopped, with the next device.')
    .argument('<action>', 'id of an action, from device actions')
    .addHelpText('after', '\nExample:\n  $ gatehouse device resume deviceAction_5 --username alice')
    .action(async (id: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, resumeAction, follow } = await importClient();
      await withSignedInClient(env, options, async (client) =>
        follow(client, await resumeAction(client, id), output),
      );
    });
