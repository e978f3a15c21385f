import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { Allow } from '../graphql/authorization.js';
import { connectionType, readPage, toConnection } from '../graphql/connection.js';
import type { Context } from '../graphql/context.js';
import { listAudit } from './audit.js';
import { AuditEntry } from './audit-entry.entity.js';

const AuditConnection = connectionType('Audit', AuditEntry);

@Resolver()
export class AuditResolver {
  @Query(() => AuditConnection, { description: 'The latest first.' })
  @Allow('audit:read')
  async auditLog(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() context: Context,
  ) {
    const page = readPage(first, after);
    return toConnection(await listAudit(context.services.db.em.fork(), page), page);
  }
}
