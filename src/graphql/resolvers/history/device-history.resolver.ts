import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Field, FieldResolver, Float, Info, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Row } from '../../../database/queries/rows.js';
import { Device } from '../../../devices/device.entity.js';
import { versionOrder } from '../../../devices/device-order.js';
import { VersionChange } from '../../../devices/history/version-change.entity.js';
import { PageArgs, readPageArgs, toConnection } from '../../connection.js';
import type { Context } from '../../context.js';
import type { Selected } from '../../loaders.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { VersionChangeConnection } from '../connections.js';

@ObjectType({ simpleResolvers: true, description: 'How regularly a device sends heartbeats.' })
class HeartbeatTiming {
  @Field(() => Int, { description: 'How often it is expected to send one, in seconds.' })
  expectedSeconds!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'How often it sent one lately, in seconds: a moving average, saved at most one interval ago. Pauses of more than ' +
      'ten expected intervals do not count. Null before the second heartbeat.',
  })
  observedSeconds!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'By how much the intervals differed from that on average, in seconds. Null before the third heartbeat.',
  })
  jitterSeconds!: number | null;
}

@Resolver(() => Device)
export class DeviceHistoryResolver {
  @ReadsFrom<Device>('id')
  @FieldResolver(() => HeartbeatTiming, {
    nullable: true,
    description: 'How regularly it sends heartbeats; null if it was deleted meanwhile.',
  })
  async timing(
    @Root() { id }: Pick<Device, 'id'>,
    @Ctx() { loaders, services }: Context,
  ): Promise<HeartbeatTiming | null> {
    const device = await loaders.device(id, [
      'ownIntervalSeconds',
      'observedIntervalSeconds',
      'jitterSeconds',
    ]);
    return (
      device && {
        expectedSeconds:
          device.ownIntervalSeconds ?? Math.max(1, Math.round(services.config.HEARTBEAT_INTERVAL / 1000)),
        observedSeconds: rounded(device.observedIntervalSeconds),
        jitterSeconds: rounded(device.jitterSeconds),
      }
    );
  }

  @ReadsFrom<Device>('id')
  @FieldResolver(() => VersionChangeConnection, {
    description: 'When it reported another version, the oldest change first. The latest 100 are kept.',
  })
  async versionChanges(
    @Root() { id }: Pick<Device, 'id'>,
    @Args() page: PageArgs,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = readPageArgs<VersionChange>(page, versionOrder, info);
    return toConnection(await loaders.versionsOfDevice(id, request), request, () =>
      loaders.versionCountOfDevice(id, null),
    );
  }
}

@Resolver(() => VersionChange)
export class VersionChangeResolver {
  @ReadsFrom<VersionChange>('device')
  @FieldResolver(() => Device, { description: 'The device that reported it.' })
  device(
    @Root() { device }: Row<VersionChange, 'device'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<Device> | null> {
    return loaders.device(device.id, selectedProperties<Device>(info));
  }
}

/** To the millisecond. */
const rounded = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000) / 1000;
