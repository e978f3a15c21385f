import { Command } from 'commander';
import type { Environment } from '../config.js';
import { integerKey, keyOf, nodeId } from '../database/node-id.js';
import { firstRows, type Page, type Position } from '../database/queries/page.js';
import type { Row } from '../database/queries/rows.js';
import type { ApiKey } from '../machines/api-key.entity.js';
import { MAX_LIFETIME_DAYS } from '../machines/new-api-key.js';
import { isPermission, type Permission, permissionName } from '../users/permissions.js';
import { UsageError } from './failures.js';
import { Output } from './terminal/output.js';
import { findUser, USER_ARGUMENT } from './user/find-user.js';
import { withServices } from './with-services.js';

const PAGE_SIZE = 100;
const DEFAULT_DAYS = '90';

const shown = ['id', 'session', 'user', 'name', 'hint', 'createdAt', 'expiresAt'] as const;

/** `gatehouse key …` */
export const keyCommand = (env: Environment): Command =>
  new Command('key')
    .summary('manage API keys')
    .description('Manage API keys, with which programs use the APIs as an account.')
    .addCommand(createCommand(env))
    .addCommand(listCommand(env))
    .addCommand(revokeCommand(env));

interface CreateOptions {
  readonly name: string;
  readonly permission: string[];
  /** False for a key that does not expire. */
  readonly expiry: boolean;
  readonly days: string;
}

const createCommand = (env: Environment) =>
  new Command('create')
    .summary('create an API key')
    .description(
      'Create an API key of an account, and print it. It is shown only once. Its permissions count as far as the roles ' +
        'of the account grant them.',
    )
    .argument('<user>', USER_ARGUMENT)
    .requiredOption('--name <text>', 'what the key is for')
    .requiredOption('--permission <permission...>', 'what it allows, such as RELEASES_PUBLISH')
    .option('--days <days>', 'days until it expires', DEFAULT_DAYS)
    .option('--no-expiry', 'create a key that does not expire')
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse key create ci-builds --name "build server" --permission RELEASES_PUBLISH',
    )
    .action(async (user: string, options: CreateOptions, command: Command) => {
      const output = Output.of(command);
      const { name, days, expiry } = options;
      const permissions = options.permission.map(readPermission);
      const lifetimeDays = expiry ? readDays(days) : null;
      await withServices(env, async ({ services, actor }) => {
        const { id: userId } = await findUser(services, user);
        const key = { userId, name, permissions, lifetimeDays };
        const { apiKey, token } = await services.apiKeys.createByOperator(key, actor);
        const expiresAt = apiKey.expiresAt?.toISOString() ?? null;
        output.result({ id: nodeId('apiKey', apiKey.id), token, expiresAt }, token);
      });
    });

const listCommand = (env: Environment) =>
  new Command('list')
    .summary('list API keys')
    .description(
      'List the API keys that have not been revoked, the newest first: of all accounts, or of one.',
    )
    .argument('[user]', USER_ARGUMENT)
    .addHelpText('after', '\nExample:\n  $ gatehouse key list ci-builds')
    .action(async (user: string | undefined, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services }) => {
        const { apiKeyOrder } = await import('../machines/api-keys.js');
        const userId = user === undefined ? null : (await findUser(services, user)).id;
        for (let after: Position | null = null; ; ) {
          const page: Page<Row<ApiKey, (typeof shown)[number]>> = await services.apiKeys.list(
            userId,
            firstRows(shown, apiKeyOrder, PAGE_SIZE, after),
          );
          const ids = page.rows.map(({ session }) => session.id);
          const sessions = await services.openSessions.findAll(ids, [
            'permissions',
            'createdAt',
            'lastSeenAt',
          ]);
          const byId = new Map(sessions.map((session) => [session.id, session]));
          const keys = page.rows.map((key) => toRow(key, byId.get(key.session.id)));
          output.rows(keys, {
            id: ({ id }) => id,
            user: ({ userId }) => userId,
            name: ({ name }) => name,
            ends: ({ hint }) => `…${hint}`,
            permissions: ({ permissions }) => permissions.join(' '),
            'last used': ({ lastUsedAt }) => lastUsedAt ?? '–',
            expires: ({ expiresAt }) => expiresAt ?? '–',
          });
          after = page.positions.at(-1) ?? null;
          if (!after || !page.hasNextPage) return;
        }
      });
    });

const revokeCommand = (env: Environment) =>
  new Command('revoke')
    .summary('revoke an API key')
    .description(
      'Revoke an API key. Within a second, a running gateway rejects it and closes its connections.',
    )
    .argument('<key>', 'id of a key, from key list')
    .addHelpText('after', '\nExample:\n  $ gatehouse key revoke apiKey_3')
    .action(async (key: string, _options: object, command: Command) => {
      const output = Output.of(command);
      const id = integerKey(keyOf('apiKey', key));
      if (id === null) throw new UsageError('Name a key by its id, such as apiKey_3.');
      await withServices(env, async ({ services, actor }) => {
        await services.apiKeys.revokeByOperator(id, actor);
        output.result({ revoked: key }, `Revoked ${key}.`);
      });
    });

/** A permission as GraphQL names it, or as roles store it. @throws UsageError */
function readPermission(text: string): Permission {
  const permission = text.toLowerCase().replace('_', ':');
  if (isPermission(permission)) return permission;
  throw new UsageError(`There is no permission ${text}.`);
}

/** @throws UsageError */
function readDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_LIFETIME_DAYS) return days;
  throw new UsageError(
    `--days must be 1 to ${MAX_LIFETIME_DAYS}; use --no-expiry for a key that does not expire.`,
  );
}

interface KeySession {
  readonly permissions: readonly string[] | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
}

const toRow = (key: Row<ApiKey, (typeof shown)[number]>, session: KeySession | undefined) => ({
  id: nodeId('apiKey', key.id),
  userId: nodeId('user', key.user.id),
  name: key.name,
  hint: key.hint,
  permissions: session?.permissions?.filter(isPermission).map(permissionName) ?? [],
  createdAt: key.createdAt.toISOString(),
  lastUsedAt: session && session.lastSeenAt > session.createdAt ? session.lastSeenAt.toISOString() : null,
  expiresAt: key.expiresAt?.toISOString() ?? null,
});
