import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import type { Session } from '../sessions/session.entity.js';
import { displayPhone } from '../users/phone.js';
import { UsageError } from './failures.js';
import { findUser, USER_ARGUMENT } from './find-user.js';
import { Output } from './output.js';
import { withServices } from './with-services.js';

/** Sessions of everybody that are listed. */
const LATEST = 1000;

/** `gatehouse session …` */
export const sessionCommand = (env: GivenSettings): Command =>
  new Command('session')
    .description('Logins that have not ended.')
    .addCommand(listCommand(env))
    .addCommand(revokeCommand(env));

const listCommand = (env: GivenSettings) =>
  new Command('list')
    .summary('list sessions')
    .description(
      `Lists the sessions that have not ended, the latest first: all of a user, or the latest ${LATEST} of everybody.`,
    )
    .argument('[user]', USER_ARGUMENT)
    .addHelpText('after', '\nExamples:\n  $ gatehouse session list\n  $ gatehouse session list 13954969056')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services }) => {
        const { sessions } = services;
        const found =
          name === undefined
            ? await sessions.listActive(null, LATEST)
            : await sessions.listActive((await findUser(services, name)).id);
        output.rows(found.map(shown), {
          id: (session) => session.id,
          user: (session) => session.user,
          door: (session) => session.door,
          device: (session) => session.deviceModel ?? session.deviceId ?? '–',
          address: (session) => session.address ?? '–',
          'last seen': (session) => session.lastSeenAt,
          expires: (session) => session.expiresAt,
        });
      });
    });

const revokeCommand = (env: GivenSettings) =>
  new Command('revoke')
    .summary('end sessions')
    .description(
      'Ends a session, or all of a user. A running gateway refuses its token, closes its sockets and shows its device offline within a second.',
    )
    .argument('[session]', 'the id that session list shows')
    .option('--user <user>', `all sessions of a user: ${USER_ARGUMENT}`)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse session revoke 0f5b3a52-6a0e-4a5b-9d53-5a1c7d1f2f10\n  $ gatehouse session revoke --user alice',
    )
    .action(async (sessionId: string | undefined, { user }: { user?: string }, command: Command) => {
      const output = Output.of(command);
      if ((sessionId === undefined) === (user === undefined)) {
        throw new UsageError('Name a session, or a user with --user.');
      }
      await withServices(env, async ({ services, actor }) => {
        const { sessions } = services;
        const ids =
          user === undefined
            ? [sessionId ?? '']
            : (await sessions.listActive((await findUser(services, user)).id)).map(({ id }) => id);
        for (const id of ids) await sessions.revokeByOperator(id, actor);
        output.outcome(
          { revoked: ids },
          `Revoked ${ids.length === 1 ? 'a session' : `${ids.length} sessions`}.`,
        );
      });
    });

const shown = (session: Session) => ({
  id: session.id,
  userId: session.user.id,
  user: session.user.username ?? (session.user.phone ? displayPhone(session.user.phone) : '–'),
  door: session.api,
  deviceId: session.deviceId,
  deviceModel: session.deviceModel,
  clientVersion: session.clientVersion,
  address: session.address,
  createdAt: session.createdAt.toISOString(),
  lastSeenAt: session.lastSeenAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
});
