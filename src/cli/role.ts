import { Command } from 'commander';
import type { Environment } from '../config.js';
import type { Role } from '../users/role.entity.js';
import { UsageError } from './failures.js';
import { Output } from './terminal/output.js';
import { withServices } from './with-services.js';

/** `gatehouse role …` */
export const roleCommand = (env: Environment): Command =>
  new Command('role')
    .summary('manage roles')
    .description('Manage roles.')
    .addCommand(listCommand(env))
    .addCommand(setCommand(env));

const listCommand = (env: Environment) =>
  new Command('list')
    .summary('list roles')
    .description('List all roles, with what they allow beyond what every user may do.')
    .addHelpText('after', '\nExample:\n  $ gatehouse role list --json')
    .action(async (_options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services }) => {
        const roles = await services.administration.listRoles();
        output.rows(roles.map(toRow), {
          code: ({ code }) => code,
          name: ({ name }) => name,
          'second factor': ({ requiresSecondFactor }) => (requiresSecondFactor ? 'required' : '–'),
          permissions: ({ permissions }) => permissions.join(' '),
        });
      });
    });

const setCommand = (env: Environment) =>
  new Command('set')
    .summary('require a second factor of a role')
    .description(
      'Require a second factor of everyone who has the role, or no longer. It takes effect at once: people without one ' +
        'can do nothing but enrol it.',
    )
    .argument('<code>', 'code of the role, such as ADMIN')
    .option('--require-factor', 'require a second factor')
    .option('--no-require-factor', 'require none')
    .addHelpText('after', '\nExample:\n  $ gatehouse role set ADMIN --require-factor')
    .action(async (code: string, { requireFactor }: { requireFactor?: boolean }, command: Command) => {
      if (requireFactor === undefined) {
        throw new UsageError('Nothing to set: use --require-factor or --no-require-factor.');
      }
      const output = Output.of(command);
      await withServices(env, async ({ services, actor }) => {
        const role = await services.roleEditing.update(code, { requiresSecondFactor: requireFactor }, actor);
        const what = requireFactor ? 'requires a second factor' : 'requires no second factor';
        output.result(toRow(role), `${code} ${what}.`);
      });
    });

const toRow = ({ code, name, permissions, requiresSecondFactor }: Role) => ({
  code,
  name,
  permissions,
  requiresSecondFactor,
});
