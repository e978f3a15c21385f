import type { GraphQLResolveInfo } from 'graphql';
import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  InputType,
  Query,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import {
  type AuditCategory,
  auditOrder,
  countAudit,
  listAudit,
  shownAction,
  subjectIdOf,
} from '../../audit/audit.js';
import { AuditEntry, ShownAction } from '../../audit/audit-entry.entity.js';
import { User } from '../../users/user.entity.js';
import { Allow } from '../authorization.js';
import { PageArgs, readPageArgs, toConnection } from '../connection.js';
import type { Context } from '../context.js';
import { readId } from '../id.js';
import type { Selected } from '../loaders.js';
import { ReadsFrom, selectedProperties } from '../selected-properties.js';
import { AuditConnection } from './connections.js';

const AuditCategoryEnum: Record<string, AuditCategory> = {
  SESSION: 'session',
  USER: 'user',
  ROLE: 'role',
  KEY: 'key',
  DEVICE: 'device',
  RELEASE: 'release',
};
registerEnumType(AuditCategoryEnum, {
  name: 'AuditCategory',
  description: 'What actions are about.',
  valuesConfig: {
    SESSION: { description: 'Logins, logouts, refused logins and revoked sessions.' },
    USER: { description: 'Accounts.' },
    ROLE: { description: 'Roles.' },
    KEY: { description: 'API keys.' },
    DEVICE: { description: 'Devices.' },
    RELEASE: { description: 'Releases.' },
  },
});

@InputType({ description: 'Which entries. Omitted fields match everything.' })
class AuditFilter {
  @Field(() => ID, {
    nullable: true,
    description: 'Entries about what this user did, or what was done to them.',
  })
  userId?: string | null;

  @Field(() => AuditCategoryEnum, { nullable: true, description: 'Entries about this kind of object.' })
  category?: AuditCategory | null;

  @Field(() => [ShownAction], { nullable: true, description: 'Entries about any of these actions.' })
  actions?: ShownAction[] | null;
}

@ArgsType()
class AuditArgs extends PageArgs {
  @Field(() => AuditFilter, { nullable: true, description: 'Which entries.' })
  filter?: AuditFilter | null;
}

@Resolver(() => AuditEntry)
export class AuditResolver {
  @Query(() => AuditConnection, { description: 'The recorded actions, the latest first.' })
  @Allow('audit:read')
  async auditLog(
    @Args() { filter, ...page }: AuditArgs,
    @Ctx() { services }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = readPageArgs<AuditEntry>(page, auditOrder, info);
    const { userId, ...others } = filter ?? {};
    const selected = { ...others, userId: userId == null ? null : readId('user', userId, 'userId') };
    const { em } = services.db;
    return toConnection(await listAudit(em, selected, request), request, () => countAudit(em, selected));
  }

  @ReadsFrom<AuditEntry>('action')
  @FieldResolver(() => ShownAction, { description: 'What was done.' })
  action(@Root() entry: Pick<AuditEntry, 'action'>): ShownAction {
    return shownAction(entry);
  }

  @ReadsFrom<AuditEntry>('actorId')
  @FieldResolver(() => User, {
    nullable: true,
    description:
      'The user who acted; null for the system, for anonymous callers, and once the user is deleted.',
  })
  actor(
    @Root() { actorId }: Pick<AuditEntry, 'actorId'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<User> | null> | null {
    return actorId === null ? null : loaders.userById(actorId, selectedProperties<User>(info));
  }

  @ReadsFrom<AuditEntry>('target')
  @FieldResolver(() => User, {
    nullable: true,
    description:
      'The user who was acted on; null for entries about something else, and once the user is deleted.',
  })
  subject(
    @Root() entry: Pick<AuditEntry, 'target'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<User> | null> | null {
    const id = subjectIdOf(entry);
    return id === null ? null : loaders.userById(id, selectedProperties<User>(info));
  }
}
