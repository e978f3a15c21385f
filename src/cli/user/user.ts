import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { nodeId } from '../../database/node-id.js';
import { firstRows, type Page, type Position } from '../../database/queries/page.js';
import type { Row } from '../../database/queries/rows.js';
import type { User, UserStatus } from '../../users/user.entity.js';
import { userOrder } from '../../users/user-order.js';
import { UsageError } from '../failures.js';
import { exportCommand } from '../gateway/export-command.js';
import { importCommand } from '../import/user-import.js';
import { Output } from '../terminal/output.js';
import { passwordStdinOption, readPassword } from '../terminal/password.js';
import { withServices } from '../with-services.js';
import { deleteCommand } from './delete.js';
import { factorsCommand } from './factors.js';
import { findUser, USER_ARGUMENT } from './find-user.js';
import { resetFactorsCommand } from './reset-factors.js';
import { resetPasswordCommand } from './reset-password.js';
import { roleCommand } from './role.js';
import { type Shown, shown, toRow } from './row.js';
import { setCommand } from './set.js';

const PAGE_SIZE = 100;

/** `gatehouse user …` */
export const userCommand = (env: Environment): Command =>
  new Command('user')
    .summary('manage accounts')
    .description('Manage accounts.')
    .addCommand(addCommand(env))
    .addCommand(listCommand(env))
    .addCommand(statusCommand(env, 'disable', 'DISABLED'))
    .addCommand(statusCommand(env, 'enable', 'ACTIVE'))
    .addCommand(setCommand(env))
    .addCommand(roleCommand(env))
    .addCommand(resetPasswordCommand(env))
    .addCommand(factorsCommand(env))
    .addCommand(resetFactorsCommand(env))
    .addCommand(deleteCommand(env))
    .addCommand(importCommand(env))
    .addCommand(
      exportCommand(env, {
        list: 'accounts',
        operation: 'ExportUsers',
        example: 'gatehouse user export people.csv --username alice',
        withFilterOptions: (command) =>
          command.option('--search <text>', 'part of a username, phone, name, nickname or email'),
        readInput: ({ search }: { search?: string }) => (search === undefined ? {} : { search }),
      }),
    );

interface AddOptions {
  readonly phone?: string;
  readonly name?: string;
  readonly email?: string;
  readonly role?: string[];
  readonly password: boolean;
  readonly passwordStdin?: boolean;
  readonly service?: boolean;
}

const addCommand = (env: Environment) =>
  new Command('add')
    .summary('create an account')
    .description('Create an account. Prompts for the password, or reads it from standard input.')
    .argument('[username]', 'optional with --phone')
    .option('--phone <phone>', 'another login name; counts as verified')
    .option('--name <name>', 'full name')
    .option('--email <email>', 'email address')
    .option('--role <code...>', 'role codes such as PUBLISHER or ADMIN; MEMBER by default')
    .option(...passwordStdinOption)
    .option('--no-password', 'create the account without a password; the owner logs in by SMS code')
    .option('--service', 'create an account for programs, which use API keys and never log in')
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse user add alice --role ADMIN\n  $ pass show alice | gatehouse user add alice --phone 13954969056 --password-stdin\n  $ gatehouse user add ci-builds --service --role PUBLISHER',
    )
    .action(async (username: string | undefined, options: AddOptions, command: Command) => {
      const output = Output.of(command);
      const { service = false } = options;
      if (service && (options.phone !== undefined || options.passwordStdin)) {
        throw new UsageError('A service account has neither a phone nor a password.');
      }
      const password = options.password && !service ? await readPassword(options, { confirm: true }) : null;
      const { phone, name, email, role } = options;
      const account = { username, phone, name, email, roles: role };
      const given = Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined));
      await withServices(env, async ({ services: { users }, actor }) => {
        const { UserKind } = await import('../../users/user.entity.js');
        const kind = service ? UserKind.SERVICE : UserKind.PERSON;
        const created = await users.create({ ...given, kind, password, phoneVerified: true }, actor);
        const user = await users.get(created.id);
        output.result(
          toRow(user, user.roles.getItems()),
          `Created ${user.username ?? phone} with the id ${nodeId('user', user.id)}.`,
        );
      });
    });

const listCommand = (env: Environment) =>
  new Command('list')
    .summary('list accounts')
    .description('List accounts in the order of their ids.')
    .option('--search <text>', 'part of a username, phone, name, nickname or email', '')
    .addHelpText('after', '\nExample:\n  $ gatehouse user list --search 139 --json')
    .action(async ({ search }: { search: string }, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services: { users } }) => {
        const order = userOrder(null);
        for (let after: Position | null = null; ; ) {
          const page: Page<Row<User, Shown>> = await users.list(
            search,
            firstRows(shown, order, PAGE_SIZE, after),
          );
          const roles = await users.rolesOf(
            page.rows.map(({ id }) => id),
            ['code'],
          );
          const accounts = page.rows.map((user) => toRow(user, roles.get(user.id) ?? []));
          output.rows(accounts, {
            id: ({ id }) => id,
            username: ({ username }) => username ?? '–',
            phone: ({ phone }) => phone ?? '–',
            name: ({ name }) => name ?? '–',
            roles: ({ roles }) => roles.join(' '),
            kind: ({ kind }) => kind,
            status: ({ status }) => status,
          });
          after = page.positions.at(-1) ?? null;
          if (!after || !page.hasNextPage) return;
        }
      });
    });

/** @param status a string, since importing the enum would load the entities for every command. */
const statusCommand = (env: Environment, verb: 'enable' | 'disable', status: `${UserStatus}`) =>
  new Command(verb)
    .summary(`${verb} an account`)
    .description(
      verb === 'disable'
        ? 'Disable an account and end its sessions. A running gateway closes their connections within a second.'
        : 'Enable a disabled account.',
    )
    .argument('<user>', USER_ARGUMENT)
    .addHelpText('after', `\nExample:\n  $ gatehouse user ${verb} alice`)
    .action(async (name: string, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services, actor }) => {
        const { UserStatus } = await import('../../users/user.entity.js');
        const { id } = await findUser(services, name);
        const user = await services.administration.setStatus(id, UserStatus[status], actor);
        output.result(toRow(user, user.roles.getItems()), `${name} is ${verb}d.`);
      });
    });
