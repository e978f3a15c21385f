import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { nodeId } from '../../../database/node-id.js';
import type { PropertyOf } from '../../../database/queries/columns.js';
import type { Device } from '../../../devices/device.entity.js';
import { deviceOrder } from '../../../devices/device-order.js';
import { DomainError } from '../../../errors.js';
import { isDevice } from '../../../sessions/authorization.js';
import type { RememberedUser } from '../../../sessions/caller.js';
import { sessionOrder } from '../../../sessions/open-sessions.js';
import type { Session } from '../../../sessions/session.entity.js';
import { License, licenseOf } from '../../../users/license.entity.js';
import { PUBLIC } from '../../../users/permissions.js';
import { displayPhone } from '../../../users/phone.js';
import { checkTexts } from '../../../users/profile.js';
import { Role } from '../../../users/role.entity.js';
import { User } from '../../../users/user.entity.js';
import { userOrder } from '../../../users/user-order.js';
import {
  Allow,
  DEVICES,
  ENROLLING,
  requireOwner,
  requireStepUp,
  SESSIONS,
  StepUp,
} from '../../authorization.js';
import { PageArgs, readPageArgs, toConnection } from '../../connection.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import type { Selected } from '../../loaders.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { DeviceConnection, SessionConnection, UserConnection } from '../connections.js';
import {
  CreateFirstAdministratorInput,
  CreateUserInput,
  DeleteUserInput,
  SetUserRolesInput,
  SetUserStatusInput,
  UpdateProfileInput,
  UpdateUserInput,
  UsersArgs,
} from './user.inputs.js';
import {
  CreateFirstAdministratorPayload,
  CreateUserPayload,
  DeleteUserPayload,
  SetUserRolesPayload,
  SetUserStatusPayload,
  UpdateProfilePayload,
  UpdateUserPayload,
} from './user.payloads.js';

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { description: 'The user who is signed in.' })
  @Allow(ENROLLING)
  me(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): RememberedUser | Promise<Selected<User>> {
    const { user } = requireCaller(context);
    const properties = selectedProperties<User>(info);
    if (properties.every((name) => name in user)) return user;
    return readCaller(context, properties);
  }

  @Query(() => User, { nullable: true, description: 'A user by id; null if it does not exist.' })
  @Allow('users:read')
  user(
    @Arg('id', () => ID, { description: 'The id of the user.' }) id: string,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<User> | null> {
    return loaders.userById(readId('user', id), selectedProperties<User>(info));
  }

  @Query(() => UserConnection, { description: 'All users, or those that a search finds.' })
  @Allow('users:read')
  async users(
    @Args() { search, kind = null, orderBy, ...page }: UsersArgs,
    @Ctx() { services: { users } }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = readPageArgs<User>(page, userOrder(orderBy?.field ?? null, orderBy?.direction), info);
    return toConnection(await users.list(search ?? '', request, kind), request, () =>
      users.count(search ?? '', kind),
    );
  }

  @Mutation(() => CreateFirstAdministratorPayload, {
    description:
      'Creates the first administrator of a new installation, with the token of the set-up link that the gateway ' +
      'prints at its start. The token works once.',
  })
  @Allow(PUBLIC)
  async createFirstAdministrator(
    @Arg('input', { description: 'The administrator.' })
    { token, username, password }: CreateFirstAdministratorInput,
    @Ctx() context: Context,
  ): Promise<CreateFirstAdministratorPayload> {
    return { user: await context.services.setupLink.redeem(token, username, password, actorOf(context)) };
  }

  @Mutation(() => UpdateProfilePayload, { description: 'Changes your own profile.' })
  @Allow('profile:own')
  async updateProfile(
    @Arg('input', { description: 'The fields to change.' }) input: UpdateProfileInput,
    @Ctx() context: Context,
  ): Promise<UpdateProfilePayload> {
    return { user: await context.services.users.updateProfile(requireCaller(context).user.id, input) };
  }

  @Mutation(() => CreateUserPayload, {
    description: 'Creates an account. To choose its roles requires a step-up.',
  })
  @Allow('users:manage')
  async createUser(
    @Arg('input', { description: 'The account.' }) { typeLabel, ...input }: CreateUserInput,
    @Ctx() context: Context,
  ): Promise<CreateUserPayload> {
    checkTexts({ typeLabel });
    if (input.roles) await requireStepUp(context);
    const account = { ...input, ...(typeLabel === undefined ? {} : { userType: typeLabel }) };
    return { user: await context.services.users.create(account, actorOf(context)) };
  }

  @Mutation(() => UpdateUserPayload, {
    description:
      'Changes the login names and the profile of an account. FORBIDDEN for an account with permissions that you do ' +
      'not have. A new phone requires a step-up, since it is a way to sign in.',
  })
  @Allow('users:manage')
  async updateUser(
    @Arg('input', { description: 'The fields to change.' }) { id, typeLabel, ...fields }: UpdateUserInput,
    @Ctx() context: Context,
  ): Promise<UpdateUserPayload> {
    checkTexts({ typeLabel });
    if (fields.phone != null) await requireStepUp(context);
    const edit = { ...fields, ...(typeLabel === undefined ? {} : { userType: typeLabel }) };
    const { accountEditing } = context.services;
    return { user: await accountEditing.edit(readId('user', id), edit, actorOf(context)) };
  }

  @Mutation(() => SetUserStatusPayload, {
    description: 'Enables or disables an account. Disabling ends all its sessions.',
  })
  @Allow('users:manage')
  async setUserStatus(
    @Arg('input', { description: 'The user and the new status.' }) { id, status }: SetUserStatusInput,
    @Ctx() context: Context,
  ): Promise<SetUserStatusPayload> {
    const { administration } = context.services;
    return { user: await administration.setStatus(readId('user', id), status, actorOf(context)) };
  }

  @Mutation(() => SetUserRolesPayload, { description: 'Replaces the roles of an account.' })
  @Allow('users:manage')
  @StepUp()
  async setUserRoles(
    @Arg('input', { description: 'The user and all its roles.' }) { id, roles }: SetUserRolesInput,
    @Ctx() context: Context,
  ): Promise<SetUserRolesPayload> {
    const { administration } = context.services;
    return { user: await administration.setRoles(readId('user', id), roles, actorOf(context)) };
  }

  @Mutation(() => DeleteUserPayload, {
    description: 'Deletes an account with its sessions and devices. The audit log stays, without the person.',
  })
  @Allow('users:manage')
  @StepUp()
  async deleteUser(
    @Arg('input', { description: 'The user.' }) { id }: DeleteUserInput,
    @Ctx() context: Context,
  ): Promise<DeleteUserPayload> {
    const key = readId('user', id);
    await context.services.administration.delete(key, actorOf(context));
    return { deletedUserId: nodeId('user', key) };
  }

  @ReadsFrom<User>('phone')
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The phone that it signs in with; null for an account with a username only.',
  })
  phone(@Root() { phone }: Pick<User, 'phone'>): string | null {
    return phone && displayPhone(phone);
  }

  @ReadsFrom<User>('passwordHash')
  @FieldResolver(() => Boolean, { description: 'Whether it can sign in with a password.' })
  hasPassword(@Root() { passwordHash }: Pick<User, 'passwordHash'>): boolean {
    return passwordHash !== null;
  }

  @ReadsFrom<User>('licenseNumber', 'licenseStatus', 'licenseEffectDate', 'licenseExpiresAt')
  @FieldResolver(() => License, { description: 'Its license to use the fleet software.' })
  license(@Root() user: Parameters<typeof licenseOf>[0]): License {
    return licenseOf(user);
  }

  @ReadsFrom<User>('id')
  @FieldResolver(() => [Role], { name: 'roles', description: 'The roles of the account.' })
  rolesOf(@Root() user: Pick<User, 'id'>, @Ctx() { loaders }: Context, @Info() info: GraphQLResolveInfo) {
    return loaders.roles(user, selectedProperties<Role>(info));
  }

  @ReadsFrom<User>('id')
  @FieldResolver(() => DeviceConnection, { nullable: true, description: 'The devices that use the account.' })
  @Allow(DEVICES)
  async devices(
    @Root() { id }: Pick<User, 'id'>,
    @Args() page: PageArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireOwner(context, DEVICES, id);
    if (isDevice(requireCaller(context))) throw new DomainError('FORBIDDEN', 'A device reads only itself.');
    const { loaders } = context;
    const request = readPageArgs<Device>(page, deviceOrder(), info);
    return toConnection(await loaders.devicesOfUser(id, request), request, () =>
      loaders.deviceCountOfUser(id, null),
    );
  }

  @ReadsFrom<User>('id')
  @FieldResolver(() => SessionConnection, {
    nullable: true,
    description: 'The sessions of the account that have not ended, the latest first.',
  })
  @Allow(SESSIONS)
  async sessions(
    @Root() { id }: Pick<User, 'id'>,
    @Args() page: PageArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireOwner(context, SESSIONS, id);
    const { loaders } = context;
    const request = readPageArgs<Session>(page, sessionOrder, info);
    return toConnection(await loaders.sessionsOfUser(id, request), request, () =>
      loaders.sessionCountOfUser(id, null),
    );
  }
}

/** @throws DomainError NOT_FOUND for an account that was deleted meanwhile. */
async function readCaller(
  context: Context,
  properties: readonly PropertyOf<User>[],
): Promise<Selected<User>> {
  const user = await context.loaders.userById(requireCaller(context).user.id, properties);
  if (user) return user;
  throw new DomainError('NOT_FOUND', 'There is no such user.');
}
