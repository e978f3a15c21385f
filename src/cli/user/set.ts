import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { UsageError } from '../failures.js';
import { Output } from '../terminal/output.js';
import { withServices } from '../with-services.js';
import { findUser, USER_ARGUMENT } from './find-user.js';
import { toRow } from './row.js';

/** False for an option that was negated, which clears the field. */
interface SetOptions {
  readonly username?: string | false;
  readonly phone?: string | false;
  readonly name?: string | false;
  readonly nickname?: string | false;
  readonly email?: string | false;
}

const fields = ['username', 'phone', 'name', 'nickname', 'email'] as const;

/** `gatehouse user set` */
export const setCommand = (env: Environment): Command =>
  new Command('set')
    .summary('change names and profile of an account')
    .description('Change the login names and the profile of an account. --no-… clears a field.')
    .argument('<user>', USER_ARGUMENT)
    .option('--username <username>', 'login name')
    .option('--no-username', 'leave the phone as the only login name')
    .option('--phone <phone>', 'another login name; counts as verified')
    .option('--no-phone', 'leave the username as the only login name')
    .option('--name <name>', 'full name')
    .option('--no-name', 'clear the full name')
    .option('--nickname <nickname>', 'nickname')
    .option('--no-nickname', 'clear the nickname')
    .option('--email <email>', 'email address')
    .option('--no-email', 'clear the email address')
    .addHelpText('after', '\nExample:\n  $ gatehouse user set alice --phone 13954969056 --no-email')
    .action(async (name: string, _options: object, command: Command) => {
      const output = Output.of(command);
      const edit = editOf(command);
      await withServices(env, async ({ services, actor }) => {
        const { id } = await findUser(services, name);
        await services.accountEditing.edit(id, { ...edit, phoneVerified: true }, actor);
        const user = await services.users.get(id);
        output.result(toRow(user, user.roles.getItems()), `Changed ${name}.`);
      });
    });

/** The fields of the options that were given. @throws UsageError without any. */
function editOf(command: Command): Partial<Record<(typeof fields)[number], string | null>> {
  const options = command.opts<SetOptions>();
  const given = fields.filter((field) => command.getOptionValueSource(field) === 'cli');
  if (given.length === 0) throw new UsageError('Name at least one field to change.');
  return Object.fromEntries(given.map((field) => [field, options[field] || null]));
}
