import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Row } from '../../../database/queries/rows.js';
import { ApiKey } from '../../../machines/api-key.entity.js';
import { apiKeyOrder } from '../../../machines/api-keys.js';
import { DEFAULT_LIFETIME_DAYS } from '../../../machines/new-api-key.js';
import { hasPermission } from '../../../sessions/authorization.js';
import type { Session } from '../../../sessions/session.entity.js';
import { isPermission, type Permission } from '../../../users/permissions.js';
import { User } from '../../../users/user.entity.js';
import { Allow, KEYS, MANAGING_KEYS, requireOwner, StepUp } from '../../authorization.js';
import { readPageArgs, toConnection } from '../../connection.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import { PermissionEnum } from '../../permission.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { ApiKeyConnection } from '../connections.js';
import { ApiKeysArgs, CreateApiKeyInput, RevokeApiKeyInput } from './api-key.inputs.js';
import { CreateApiKeyPayload, RevokeApiKeyPayload } from './api-key.payloads.js';

type Keyed = Row<ApiKey, 'session'>;

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  @Query(() => ApiKeyConnection, {
    description:
      'API keys that have not been revoked, the latest first: all that you may read, or those of a filter.',
  })
  @Allow(KEYS)
  async apiKeys(
    @Args() { filter, ...page }: ApiKeysArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const { apiKeys } = context.services;
    const caller = requireCaller(context);
    const request = readPageArgs<ApiKey>(page, apiKeyOrder, info);
    const asked = filter?.userId == null ? null : readId('user', filter.userId, 'userId');
    if (asked !== null) requireOwner(context, KEYS, asked);
    const owner = hasPermission(caller, KEYS.others) ? asked : caller.user.id;
    return toConnection(await apiKeys.list(owner, request), request, () => apiKeys.count(owner));
  }

  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Creates an API key of your own account, or of a service account. A key cannot create keys. FORBIDDEN for ' +
      'permissions that this session does not have.',
  })
  @Allow(MANAGING_KEYS)
  @StepUp()
  createApiKey(
    @Arg('input', { description: 'The key.' })
    { userId, lifetimeDays = DEFAULT_LIFETIME_DAYS, ...input }: CreateApiKeyInput,
    @Ctx() context: Context,
  ): Promise<CreateApiKeyPayload> {
    const caller = requireCaller(context);
    const account = userId == null ? caller.user.id : readId('user', userId, 'userId');
    const key = { ...input, lifetimeDays, userId: account };
    return context.services.apiKeys.create(key, caller, actorOf(context));
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description: 'Revokes an API key: it stops working at once, and closes its sockets within a second.',
  })
  @Allow(MANAGING_KEYS)
  async revokeApiKey(
    @Arg('input', { description: 'The key.' }) { id }: RevokeApiKeyInput,
    @Ctx() context: Context,
  ): Promise<RevokeApiKeyPayload> {
    const { apiKeys } = context.services;
    return { apiKey: await apiKeys.revoke(readId('apiKey', id), requireCaller(context), actorOf(context)) };
  }

  @ReadsFrom<ApiKey>('user')
  @FieldResolver(() => User, { description: 'The account that it acts as.' })
  user(@Root() { user }: Row<ApiKey, 'user'>, @Ctx() { loaders }: Context, @Info() info: GraphQLResolveInfo) {
    return loaders.user(user, selectedProperties<User>(info));
  }

  @ReadsFrom<ApiKey>('createdBy')
  @FieldResolver(() => User, {
    nullable: true,
    description: 'The account that created it; null for the command line, and once that account is deleted.',
  })
  createdBy(
    @Root() { createdBy }: Row<ApiKey, 'createdBy'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return createdBy && loaders.user(createdBy, selectedProperties<User>(info));
  }

  @ReadsFrom<ApiKey>('session')
  @FieldResolver(() => [PermissionEnum], {
    description: 'What it allows, as far as the roles of the account still do.',
  })
  async permissions(@Root() { session }: Keyed, @Ctx() { loaders }: Context): Promise<Permission[]> {
    const { permissions } = (await loaders.session(session.id, ['permissions'])) ?? {};
    return permissions?.filter(isPermission) ?? [];
  }

  @ReadsFrom<ApiKey>('session')
  @FieldResolver(() => Date, {
    nullable: true,
    description: 'When it was last used; null if never. Saved in batches, so it can be a minute old.',
  })
  async lastUsedAt(@Root() { session }: Keyed, @Ctx() { loaders }: Context): Promise<Date | null> {
    const found = await loaders.session(session.id, ['createdAt', 'lastSeenAt']);
    return found && lastUseOf(found);
  }

  @ReadsFrom<ApiKey>('session')
  @FieldResolver(() => Date, { nullable: true, description: 'When it was revoked; null if it was not.' })
  async revokedAt(@Root() { session }: Keyed, @Ctx() { loaders }: Context): Promise<Date | null> {
    return (await loaders.session(session.id, ['revokedAt']))?.revokedAt ?? null;
  }
}

/** A session is seen first when it is created. */
const lastUseOf = ({
  createdAt,
  lastSeenAt,
}: Partial<Pick<Session, 'createdAt' | 'lastSeenAt'>>): Date | null =>
  createdAt && lastSeenAt && lastSeenAt > createdAt ? lastSeenAt : null;
