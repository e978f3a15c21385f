import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { listAudit, subjectIdOf } from '../../audit/audit.js';
import { AuditEntry } from '../../audit/audit-entry.entity.js';
import { readId } from '../../database/row-id.js';
import { User } from '../../users/user.entity.js';
import { Allow } from '../authorization.js';
import { connectionType, PageArgs, readPage, toConnection } from '../connection.js';
import type { Context } from '../context.js';

const AuditConnection = connectionType('Audit', AuditEntry);

@InputType({ description: 'Which entries; what is absent does not narrow.' })
class AuditFilter {
  @Field(() => ID, { nullable: true, description: 'Who acted or was acted on.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'How the action begins, such as `user.`.' })
  action?: string | null;
}

@ArgsType()
class AuditArgs extends PageArgs {
  @Field(() => AuditFilter, { nullable: true })
  filter?: AuditFilter | null;
}

@Resolver(() => AuditEntry)
export class AuditResolver {
  @Query(() => AuditConnection, { description: 'The latest first.' })
  @Allow('audit:read')
  async auditLog(@Args() { filter, first, after }: AuditArgs, @Ctx() { services }: Context) {
    const page = readPage(first, after);
    const narrowed = {
      // What was never an id is nobody's.
      ...(filter?.userId == null ? {} : { userId: readId(filter.userId) ?? 0 }),
      ...(filter?.action ? { action: filter.action } : {}),
    };
    return toConnection(await listAudit(services.db.em.fork(), narrowed, page), page);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who acted, as long as the account is there.' })
  actor(@Root() { actorId }: AuditEntry, @Ctx() { loaders }: Context): Promise<User | null> | null {
    return actorId === null ? null : loaders.users.load(actorId);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'Whose account was acted on, as long as it is there.',
  })
  subject(@Root() entry: AuditEntry, @Ctx() { loaders }: Context): Promise<User | null> | null {
    const id = subjectIdOf(entry);
    return id === null ? null : loaders.users.load(id);
  }
}
