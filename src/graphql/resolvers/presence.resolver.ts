import { type GraphQLResolveInfo, Kind } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  ID,
  Info,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  registerEnumType,
  Subscription,
} from 'type-graphql';
import { Device } from '../../devices/device.entity.js';
import type { DeviceFilter as Filter } from '../../devices/device-filter.js';
import type { PresenceSummary as Summary } from '../../devices/devices.js';
import { type Heartbeat as Beat, HeartbeatStream } from '../../devices/heartbeat-stream.js';
import { OfflineReason } from '../../devices/presence-event.entity.js';
import {
  DeviceStatusKind,
  DeviceStatusStream,
  type DeviceStatusEvent as StatusEvent,
} from '../../devices/status-stream.js';
import { DomainError } from '../../errors.js';
import { Release } from '../../releases/release.entity.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../../sessions/caller.js';
import { Allow } from '../authorization.js';
import { type Context, clientOf, requireCaller } from '../context.js';
import { Cursor } from '../cursor.js';
import { DeviceFilter } from './device.resolver.js';

registerEnumType(DeviceStatusKind, {
  name: 'DeviceStatusKind',
  description:
    'SNAPSHOT comes first, with all that are online; then each ONLINE and OFFLINE once, in order. RESET says that ' +
    'what came after `since` cannot be told any more: forget everything, a new SNAPSHOT follows.',
});

@ArgsType()
class DeviceStatusArgs {
  @Field(() => DeviceFilter, {
    nullable: true,
    description:
      'A device is compared as it is when an event is told: of one whose name or version does not match any more, ' +
      'nothing more is told, also not that it went offline.',
  })
  filter?: DeviceFilter | null;

  @Field(() => Cursor, { nullable: true, description: 'The cursor of the last event that was seen.' })
  since?: string | null;
}

@InputType()
class HeartbeatInput {
  @Field(() => String, { nullable: true, description: 'The id the device gives itself; else as at login.' })
  deviceId?: string | null;

  @Field(() => String, { nullable: true, description: 'A name or model for people to know it by.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The version it runs.' })
  clientVersion?: string | null;
}

@ObjectType()
class HeartbeatAck {
  @Field(() => ID)
  deviceId!: string;

  @Field(() => Int, { description: 'Seconds until the next beat is expected.' })
  interval!: number;

  @Field(() => Release, {
    nullable: true,
    description: 'The newest stable release, where the reported version is older, or does not compare to it.',
  })
  latestRelease!: Release | null;
}

@ObjectType()
class PresenceSummary implements Summary {
  @Field(() => Int)
  total!: number;

  @Field(() => Int)
  online!: number;

  @Field(() => Int)
  offline!: number;

  @Field(() => Boolean, {
    description: 'Devices shown online may not be: so many fell silent at once that it may be our fault.',
  })
  degraded!: boolean;
}

@ObjectType()
class DeviceStatusEvent implements StatusEvent {
  @Field(() => DeviceStatusKind)
  kind!: DeviceStatusKind;

  @Field(() => Cursor)
  cursor!: string;

  @Field(() => Date)
  at!: Date;

  @Field(() => [Device], { nullable: true, description: 'All that are online (SNAPSHOT).' })
  devices!: Device[] | null;

  @Field(() => Device, { nullable: true, description: 'The one that changed (ONLINE, OFFLINE).' })
  device!: Device | null;

  @Field(() => OfflineReason, { nullable: true })
  reason!: OfflineReason | null;
}

@ObjectType()
class Heartbeat implements Beat {
  @Field(() => Device)
  device!: Device;

  @Field(() => Date)
  at!: Date;
}

@Resolver()
export class PresenceResolver {
  @Query(() => PresenceSummary)
  @Allow('devices:own')
  presenceSummary(
    @Arg('filter', () => DeviceFilter, { nullable: true }) filter: DeviceFilter | null | undefined,
    @Ctx() context: Context,
  ): Promise<PresenceSummary> {
    return context.services.devices.summary(requireCaller(context), filter ?? {});
  }

  @Mutation(() => HeartbeatAck, { description: 'A sign of life of the device of this session.' })
  @Allow('devices:own')
  async heartbeat(
    @Arg('input', () => HeartbeatInput, { nullable: true }) input: HeartbeatInput | null | undefined,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<HeartbeatAck> {
    const caller = requireCaller(context);
    const { deviceId } = clientOf(context, input?.deviceId);
    const { heartbeats, newestRelease, config } = context.services;
    refuseLong('name', input?.name);
    refuseLong('clientVersion', input?.clientVersion);
    const clientVersion = input?.clientVersion ?? caller.clientVersion;
    const id = await heartbeats.beat(caller, {
      clientId: deviceId ?? caller.deviceId,
      name: input?.name ?? caller.deviceModel,
      clientVersion,
    });
    if (isAlone(info)) context.countHeartbeat();
    return {
      deviceId: String(id),
      interval: Math.round(config.HEARTBEAT_INTERVAL / 1000),
      latestRelease: await newestRelease.newerThan(clientVersion),
    };
  }

  @Subscription(() => DeviceStatusEvent, {
    subscribe: ({ context, args }: Subscribing<DeviceStatusArgs>) =>
      new DeviceStatusStream(
        context.services,
        requireCaller(context),
        liveFilter(args.filter),
        args.since ?? null,
      ),
  })
  @Allow('devices:own')
  deviceStatus(@Root() event: StatusEvent, @Args() _args: DeviceStatusArgs): StatusEvent {
    return event;
  }

  @Subscription(() => [Heartbeat], {
    description: 'Beats as they come: the latest one of each device in a moment.',
    subscribe: ({ context, args }: Subscribing<{ filter?: DeviceFilter | null }>) =>
      new HeartbeatStream(context.services, requireCaller(context), liveFilter(args.filter)),
  })
  @Allow('devices:own')
  heartbeats(
    @Root() beats: Beat[],
    @Arg('filter', () => DeviceFilter, { nullable: true }) _filter?: DeviceFilter | null,
  ): Beat[] {
    return beats;
  }
}

/** What a subscription is asked with. */
interface Subscribing<A> {
  readonly context: Context;
  readonly args: A;
}

/** Live, online and offline are what is told, not what is asked for. */
const liveFilter = (filter: DeviceFilter | null | undefined): Filter => ({ ...filter, online: null });

function refuseLong(field: string, text: string | null | undefined): void {
  if (text == null || text.length <= MAX_CLIENT_TEXT_LENGTH) return;
  throw new DomainError('INVALID_INPUT', `It has at most ${MAX_CLIENT_TEXT_LENGTH} characters.`, { field });
}

/** Whether its operation asks for nothing else, which would go past the log with it; a fragment may hold more. */
function isAlone({ operation }: GraphQLResolveInfo): boolean {
  const [field, ...others] = operation.selectionSet.selections;
  return field?.kind === Kind.FIELD && others.length === 0;
}
