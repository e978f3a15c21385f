import type { GraphQLResolveInfo } from 'graphql';
import {
  Args,
  Ctx,
  Field,
  FieldResolver,
  Info,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { deviceIdOf, shownAction, subjectIdOf } from '../../../audit/audit.js';
import { AuditEntry, ShownAction } from '../../../audit/audit-entry.entity.js';
import { auditOrder, countAudit, listAudit } from '../../../audit-log/audit-log.js';
import { type AddedEntries, AuditStream, latestAuditCursor } from '../../../audit-log/audit-stream.js';
import { Device } from '../../../devices/device.entity.js';
import { User } from '../../../users/user.entity.js';
import { Allow } from '../../authorization.js';
import { readPageArgs, toConnection } from '../../connection.js';
import type { Context } from '../../context.js';
import { Cursor } from '../../cursor.js';
import type { Selected } from '../../loaders.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { AuditConnection } from '../connections.js';
import { AuditArgs, AuditTailArgs, readAuditFilter } from './audit.inputs.js';

@ObjectType({ simpleResolvers: true, description: 'Entries that were recorded.' })
class AuditEntriesAdded {
  @Field(() => [AuditEntry], { description: 'The entries, at most 100 of them.' })
  entries!: AuditEntry[];

  @Field(() => Cursor, {
    description: 'The position after these entries: pass it as `since` to continue from here.',
  })
  cursor!: string;
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
    const selected = readAuditFilter(filter);
    const { em } = services.db;
    return toConnection(await listAudit(em, selected, request), request, () => countAudit(em, selected));
  }

  @Query(() => Cursor, {
    description:
      'The position of `auditEntriesAdded` now. Read it before you read `auditLog`, and subscribe since it: then you ' +
      'miss no entry in between.',
  })
  @Allow('audit:read')
  auditCursor(@Ctx() { services }: Context): Promise<string> {
    return latestAuditCursor(services);
  }

  @Subscription(() => AuditEntriesAdded, {
    description:
      'Entries within a second after they are recorded, on whichever node. With `since`, the entries after it first. ' +
      'An entry is sent again only if its subscriber resumes from an event of more than 100 entries at once.',
    // Awaited here, so that an invalid cursor is refused as any invalid argument is.
    subscribe: async ({ context, args }: { context: Context; args: AuditTailArgs }) =>
      await AuditStream.create(context.services, readAuditFilter(args.filter), args.since ?? null),
  })
  @Allow('audit:read')
  auditEntriesAdded(@Root() event: AddedEntries, @Args() _args: AuditTailArgs): AddedEntries {
    return event;
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

  @ReadsFrom<AuditEntry>('target')
  @FieldResolver(() => Device, {
    nullable: true,
    description:
      'The device that was acted on; null for entries about something else, and once the device is deleted.',
  })
  @Allow({ nullWithout: 'devices:read' })
  device(
    @Root() entry: Pick<AuditEntry, 'target'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<Device> | null> | null {
    const id = deviceIdOf(entry);
    return id === null ? null : loaders.device(id, selectedProperties<Device>(info));
  }
}
