import { Args, ArgsType, Ctx, Field, ID, InputType, Query, Resolver } from 'type-graphql';
import { listAudit } from '../../audit/audit.js';
import { AuditEntry } from '../../audit/audit-entry.entity.js';
import { readId } from '../../database/row-id.js';
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

@Resolver()
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
}
