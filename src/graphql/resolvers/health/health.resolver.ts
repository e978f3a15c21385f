import { Ctx, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { lastBackup } from '../../../database/backups/last-backup.js';
import { diskSpace } from '../../../health/disk-space.js';
import { HealthComponent } from '../../../health/health.js';
import { queueLengths } from '../../../health/queues.js';
import type { NodeInfo } from '../../../nodes/node-info.js';
import type { Services } from '../../../services.js';
import { Allow } from '../../authorization.js';
import type { Context } from '../../context.js';
import { enginesOf } from './engines.js';
import { Backup, GatewayNode, HealthProblem, NodeReport } from './health.types.js';

@ObjectType({ description: 'How well the gateway works.' })
class HealthReport {
  @Field(() => [HealthProblem], {
    description: 'What does not work as usual on the answering node, the oldest first.',
  })
  problems!: HealthProblem[];
}

@Resolver(() => HealthReport)
export class HealthResolver {
  @Query(() => HealthReport, { nullable: true, description: 'How well the gateway works.' })
  @Allow({ nullWithout: 'devices:read' })
  health(@Ctx() { services }: Context): HealthReport {
    return { problems: services.health.problems };
  }

  @FieldResolver(() => NodeReport, { nullable: true, description: 'What the answering node measures.' })
  @Allow({ nullWithout: 'gateway:read' })
  async node(@Ctx() { services }: Context): Promise<NodeReport> {
    return {
      engines: enginesOf(services),
      queues: [...(await queueLengths(services))].map(([queue, length]) => ({ queue, length })),
      jobs: [...services.jobRuns.jobs].map(([name, run]) => ({ name, ...run })),
      disk: await diskSpace(services.config.DATA_DIR).catch(() => null),
      memory: process.memoryUsage.rss(),
      devicesOnline: services.heartbeats.counts.online,
    };
  }

  @FieldResolver(() => Backup, {
    nullable: true,
    description: 'The last backup; null before the first one, and while the database does not answer.',
  })
  @Allow({ nullWithout: 'gateway:read' })
  lastBackup(@Ctx() { services }: Context): Promise<Backup | null> {
    // The rest of the report must not fail with the database.
    return lastBackup(services.db).catch(() => null);
  }

  @FieldResolver(() => [GatewayNode], {
    nullable: true,
    description: 'The nodes that run, the answering one first. Others are shown as of some seconds ago.',
  })
  @Allow({ nullWithout: 'gateway:read' })
  nodes(@Ctx() { services }: Context): GatewayNode[] {
    return runningNodes(services);
  }
}

function runningNodes({ node, otherNodes }: Services): GatewayNode[] {
  const others = otherNodes().toSorted((one, other) => one.host.localeCompare(other.host));
  return [toNode(node.info, true), ...others.map((other) => toNode(other, false))];
}

/** Without components that only another version knows. */
const toNode = ({ failing, ...info }: NodeInfo, isAnswering: boolean): GatewayNode => ({
  ...info,
  failing: Object.values(HealthComponent).filter((component) => failing.includes(component)),
  isAnswering,
});
