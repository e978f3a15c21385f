import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import { displayPhone } from '../users/phone.js';
import type { User, UserStatus } from '../users/user.entity.js';
import { findUser, USER_ARGUMENT } from './find-user.js';
import { Output } from './output.js';
import { passwordStdinOption, readPassword } from './password.js';
import { importCommand } from './user-import.js';
import { withServices } from './with-services.js';

const PAGE = 100;

/** `gatehouse user …` */
export const userCommand = (env: GivenSettings): Command =>
  new Command('user')
    .description('Accounts.')
    .addCommand(addCommand(env))
    .addCommand(listCommand(env))
    .addCommand(statusCommand(env, 'disable', 'DISABLED'))
    .addCommand(statusCommand(env, 'enable', 'ACTIVE'))
    .addCommand(importCommand(env));

interface AddOptions {
  readonly phone?: string;
  readonly name?: string;
  readonly email?: string;
  readonly role?: string[];
  readonly password: boolean;
  readonly passwordStdin?: boolean;
}

const addCommand = (env: GivenSettings) =>
  new Command('add')
    .summary('open an account')
    .description('Opens an account; the password is asked for, or read from standard input.')
    .argument('[username]', 'may be left out where there is a phone')
    .option('--phone <phone>', 'logs in by it too; counts as proven')
    .option('--name <name>')
    .option('--email <email>')
    .option('--role <code...>', 'such as MEMBER (unless told), PUBLISHER, ADMIN')
    .option(...passwordStdinOption)
    .option('--no-password', 'open it without one: its owner logs in by SMS code')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse user add alice --role ADMIN\n  $ pass show alice | gatehouse user add alice --phone 13954969056 --password-stdin',
    )
    .action(async (username: string | undefined, options: AddOptions, command: Command) => {
      const output = Output.of(command);
      const password = options.password ? await readPassword(options, true) : null;
      const { phone, name, email, role } = options;
      const account = { username, phone, name, email, roles: role };
      const given = Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined));
      await withServices(env, async ({ services: { users }, actor }) => {
        const created = await users.create({ ...given, password, phoneVerified: true }, actor);
        const user = await users.get(created.id);
        output.outcome(shown(user), `Created ${user.username ?? phone}, with the id ${user.id}.`);
      });
    });

const listCommand = (env: GivenSettings) =>
  new Command('list')
    .summary('list accounts')
    .description('Lists accounts by id.')
    .option('--search <text>', 'part of a username, phone, name, nickname or email', '')
    .addHelpText('after', '\nExample:\n  $ gatehouse user list --search 139 --json')
    .action(async ({ search }: { search: string }, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services: { users } }) => {
        for (let after: number | null = null; ; ) {
          const page: User[] = await users.list(search, { first: PAGE, after });
          const some = page.slice(0, PAGE);
          output.rows(some.map(shown), {
            id: ({ id }) => String(id),
            username: ({ username }) => username ?? '–',
            phone: ({ phone }) => phone ?? '–',
            name: ({ name }) => name ?? '–',
            roles: ({ roles }) => roles.join(' '),
            status: ({ status }) => status,
          });
          after = some.at(-1)?.id ?? null;
          if (page.length <= PAGE) return;
        }
      });
    });

/** @param status not the enumeration itself: the entities are loaded by those commands only that need them. */
const statusCommand = (env: GivenSettings, verb: 'enable' | 'disable', status: `${UserStatus}`) =>
  new Command(verb)
    .summary(`${verb} an account`)
    .description(
      verb === 'disable'
        ? 'Disables an account and ends its sessions; a running gateway throws it out within a second.'
        : 'Enables an account that was disabled.',
    )
    .argument('<user>', USER_ARGUMENT)
    .addHelpText('after', `\nExample:\n  $ gatehouse user ${verb} alice`)
    .action(async (name: string, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services, actor }) => {
        const { UserStatus } = await import('../users/user.entity.js');
        const { id } = await findUser(services, name);
        const user = await services.administration.setStatus(id, UserStatus[status], actor);
        output.outcome(shown(user), `${name} is ${verb}d.`);
      });
    });

const shown = (user: User) => ({
  id: user.id,
  username: user.username,
  phone: user.phone && displayPhone(user.phone),
  name: user.name ?? user.nickname,
  email: user.email,
  status: user.status,
  roles: user.roles.getItems().map(({ code }) => code),
  createdAt: user.createdAt.toISOString(),
});
