import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { Output } from '../terminal/output.js';
import { withServices } from '../with-services.js';
import { findUser, USER_ARGUMENT } from './find-user.js';
import { toRow } from './row.js';

/** `gatehouse user role` */
export const roleCommand = (env: Environment): Command =>
  new Command('role')
    .summary('set the roles of an account')
    .description('Replace the roles of an account.')
    .argument('<user>', USER_ARGUMENT)
    .argument('<code...>', 'codes of all roles that it has from now on, such as PUBLISHER or ADMIN')
    .addHelpText('after', '\nExample:\n  $ gatehouse user role alice MEMBER PUBLISHER')
    .action(async (name: string, codes: string[], _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services, actor }) => {
        const { id } = await findUser(services, name);
        const user = await services.administration.setRoles(id, codes, actor);
        output.result(toRow(user, user.roles.getItems()), `${name} has the roles ${codes.join(', ')}.`);
      });
    });
