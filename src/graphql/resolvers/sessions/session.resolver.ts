import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Row } from '../../../database/queries/rows.js';
import { DomainError } from '../../../errors.js';
import { hasPermission, isLogin } from '../../../sessions/authorization.js';
import type { SessionFilter as Filter } from '../../../sessions/open-sessions.js';
import { sessionOrder } from '../../../sessions/open-sessions.js';
import { Session } from '../../../sessions/session.entity.js';
import { grantedPermissions, type Permission } from '../../../users/permissions.js';
import { User } from '../../../users/user.entity.js';
import {
  Allow,
  ENDING_SESSIONS,
  ENROLLING_SESSION,
  PerCaller,
  requireOwner,
  SESSIONS,
} from '../../authorization.js';
import { readPageArgs, toConnection } from '../../connection.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId, readSessionId } from '../../id.js';
import { PermissionEnum } from '../../permission.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { SessionConnection } from '../connections.js';
import {
  LogoutInput,
  LogoutScope,
  RevokeSessionInput,
  RevokeUserSessionsInput,
  type SessionFilter,
  SessionsArgs,
} from './session.inputs.js';
import { LogoutPayload, RevokeSessionPayload, RevokeUserSessionsPayload } from './session.payloads.js';

@Resolver(() => Session)
export class SessionResolver {
  @Query(() => SessionConnection, {
    description:
      'Sessions that have not ended, the latest first: all that you may read, or those of a filter.',
  })
  @Allow(SESSIONS)
  async sessions(
    @Args() { filter, ...page }: SessionsArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const { openSessions } = context.services;
    const request = readPageArgs<Session>(page, sessionOrder, info);
    const selected = await readFilter(filter ?? {}, context);
    return toConnection(await openSessions.list(selected, request), request, () =>
      openSessions.count(selected),
    );
  }

  @Mutation(() => LogoutPayload, { description: 'Ends the session of this request, or all your sessions.' })
  @Allow(ENROLLING_SESSION)
  async logout(
    @Arg('input', { description: 'Which sessions to end.' }) { scope }: LogoutInput,
    @Ctx() context: Context,
  ): Promise<LogoutPayload> {
    const { sessions } = context.services;
    const caller = requireCaller(context);
    await sessions.endings.logout(caller, actorOf(context));
    if (scope === LogoutScope.ALL_SESSIONS)
      await sessions.endings.revokeAllAs(caller.user.id, actorOf(context));
    context.refreshCookie?.clear();
    return { session: await sessions.get(caller.sessionId) };
  }

  @Mutation(() => RevokeSessionPayload, { description: 'Ends a session: its tokens stop working at once.' })
  @Allow(ENDING_SESSIONS)
  async revokeSession(
    @Arg('input', { description: 'The session.' }) { id }: RevokeSessionInput,
    @Ctx() context: Context,
  ): Promise<RevokeSessionPayload> {
    const { sessions } = context.services;
    return {
      session: await sessions.endings.revokeAs(requireCaller(context), readSessionId(id), actorOf(context)),
    };
  }

  @Mutation(() => RevokeUserSessionsPayload, { description: 'Ends all sessions of a user, at every API.' })
  @Allow('sessions:manage')
  async revokeUserSessions(
    @Arg('input', { description: 'The user.' }) { userId }: RevokeUserSessionsInput,
    @Ctx() context: Context,
  ): Promise<RevokeUserSessionsPayload> {
    const id = readId('user', userId, 'userId');
    return { revokedCount: await context.services.sessions.endings.revokeAllAs(id, actorOf(context)) };
  }

  @ReadsFrom<Session>('user')
  @FieldResolver(() => User, { description: 'Whose session it is.' })
  user(
    @Root() { user }: Row<Session, 'user'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return loaders.user(user, selectedProperties<User>(info));
  }

  @PerCaller()
  @ReadsFrom<Session>('id')
  @FieldResolver(() => Boolean, { description: 'Whether it is the session of this request.' })
  current(@Root() { id }: Pick<Session, 'id'>, @Ctx() { caller }: Context): boolean {
    return id === caller?.sessionId;
  }

  @ReadsFrom<Session>('user', 'kind', 'restricted', 'permissions')
  @FieldResolver(() => [PermissionEnum], {
    description:
      'What the session allows: what the roles of its user grant, as far as a restricted session or its key may. ' +
      'Nothing, while its user must enrol a second factor.',
  })
  async permissions(
    @Root() session: Row<Session, 'user' | 'kind' | 'restricted' | 'permissions'>,
    @Ctx() { loaders }: Context,
  ): Promise<Permission[]> {
    const { user, kind, restricted, permissions: ceiling } = session;
    const roles = await loaders.roles(user, ['permissions', 'requiresSecondFactor']);
    if (isLogin({ kind }) && roles.some(({ requiresSecondFactor }) => requiresSecondFactor)) {
      const owner = await loaders.user(user, ['secondFactorSince']);
      if (owner?.secondFactorSince === null) return [];
    }
    return [
      ...grantedPermissions(
        roles.flatMap(({ permissions }) => permissions),
        { restricted, ceiling },
      ),
    ];
  }
}

/** What the caller may read of what the filter selects. @throws DomainError FORBIDDEN for the sessions of others */
async function readFilter(
  { userId, api, kind, client, deviceId }: SessionFilter,
  context: Context,
): Promise<Filter> {
  const caller = requireCaller(context);
  const owner = userId == null ? null : readId('user', userId, 'userId');
  if (owner !== null) requireOwner(context, SESSIONS, owner);
  return {
    userId: hasPermission(caller, SESSIONS.others) ? owner : caller.user.id,
    api: api ?? null,
    kind: kind ?? null,
    client: client ?? null,
    device: deviceId == null ? null : await readDevice(readId('device', deviceId, 'deviceId'), context),
  };
}

/** @throws DomainError NOT_FOUND for a device that the caller may not read. */
async function readDevice(id: number, context: Context): Promise<Filter['device']> {
  const { devices } = context.services;
  const device = await devices.find(requireCaller(context), id, ['user', 'clientId', 'sessionId']);
  if (!device)
    throw new DomainError('NOT_FOUND', 'deviceId names no device of yours.', { field: 'deviceId' });
  return { userId: device.user.id, clientId: device.clientId, sessionId: device.sessionId };
}
