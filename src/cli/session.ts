import { Command } from 'commander';
import type { Environment } from '../config.js';
import { keyOf, nodeId, uuidKey } from '../database/node-id.js';
import type { Session } from '../sessions/session.entity.js';
import { displayPhone } from '../users/phone.js';
import { UsageError } from './failures.js';
import { Output } from './terminal/output.js';
import { findUser, USER_ARGUMENT } from './user/find-user.js';
import { withServices } from './with-services.js';

/** Sessions listed if no user is named. */
const MAX_LISTED = 1000;

/** `gatehouse session …` */
export const sessionCommand = (env: Environment): Command =>
  new Command('session')
    .summary('manage open sessions')
    .description('Manage open sessions.')
    .addCommand(listCommand(env))
    .addCommand(revokeCommand(env));

const listCommand = (env: Environment) =>
  new Command('list')
    .summary('list open sessions')
    .description(
      `List open sessions, the newest first: all sessions of a user, or the newest ${MAX_LISTED} of all users.`,
    )
    .argument('[user]', USER_ARGUMENT)
    .addHelpText('after', '\nExamples:\n  $ gatehouse session list\n  $ gatehouse session list 13954969056')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services }) => {
        const { openSessions } = services;
        const found =
          name === undefined
            ? await openSessions.listAll(null, MAX_LISTED)
            : await openSessions.listAll((await findUser(services, name)).id);
        output.rows(found.map(toRow), {
          id: (session) => session.id,
          user: (session) => session.user,
          api: (session) => session.api,
          device: (session) => session.deviceModel ?? session.deviceId ?? '–',
          address: (session) => session.address ?? '–',
          'last seen': (session) => session.lastSeenAt,
          expires: (session) => session.expiresAt,
        });
      });
    });

const revokeCommand = (env: Environment) =>
  new Command('revoke')
    .summary('end sessions')
    .description(
      'End one session, or all sessions of a user. Within a second, a running gateway rejects the token, closes its connections and shows its device as offline.',
    )
    .argument('[session]', 'id of a session, from session list')
    .option('--user <user>', `end all sessions of a user: ${USER_ARGUMENT}`)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse session revoke session_0f5b3a52-6a0e-4a5b-9d53-5a1c7d1f2f10\n  $ gatehouse session revoke --user alice',
    )
    .action(async (sessionId: string | undefined, { user }: { user?: string }, command: Command) => {
      const output = Output.of(command);
      if ((sessionId === undefined) === (user === undefined)) {
        throw new UsageError('Name either a session, or a user with --user.');
      }
      await withServices(env, async ({ services, actor }) => {
        const { openSessions, sessions } = services;
        const ids =
          user === undefined
            ? [sessionKey(sessionId ?? '')]
            : (await openSessions.listAll((await findUser(services, user)).id)).map(({ id }) => id);
        for (const id of ids) await sessions.endings.revokeByOperator(id, actor);
        output.result(
          { revoked: ids.map((id) => nodeId('session', id)) },
          `Revoked ${ids.length === 1 ? '1 session' : `${ids.length} sessions`}.`,
        );
      });
    });

/** The UUID in a node id, or the UUID alone, as earlier versions wrote it. */
const sessionKey = (id: string): string => uuidKey(keyOf('session', id)) ?? id;

const toRow = (session: Session) => ({
  id: nodeId('session', session.id),
  userId: nodeId('user', session.user.id),
  user: session.user.username ?? (session.user.phone ? displayPhone(session.user.phone) : '–'),
  api: session.api,
  deviceId: session.deviceId,
  deviceModel: session.deviceModel,
  clientVersion: session.clientVersion,
  address: session.address,
  createdAt: session.createdAt.toISOString(),
  lastSeenAt: session.lastSeenAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
});
