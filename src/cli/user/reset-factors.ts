import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { Output } from '../terminal/output.js';
import { withServices } from '../with-services.js';
import { findUser, USER_ARGUMENT } from './find-user.js';

/** `gatehouse user reset-factors` */
export const resetFactorsCommand = (env: Environment): Command =>
  new Command('reset-factors')
    .summary('remove the second factors of a user')
    .description(
      'Remove the second factors of a user who has lost them, with the recovery codes, and end the logins of the user. ' +
        'The next login needs the password alone.',
    )
    .argument('<user>', USER_ARGUMENT)
    .addHelpText('after', '\nExample:\n  $ gatehouse user reset-factors alice')
    .action(async (name: string, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services, actor }) => {
        const { id } = await findUser(services, name);
        await services.secondFactors.reset(id, actor);
        output.result({ reset: true }, `${name} has no second factor any more.`);
      });
    });
