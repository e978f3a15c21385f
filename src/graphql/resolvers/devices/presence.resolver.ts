import { type GraphQLResolveInfo, Kind } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  Info,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { Device } from '../../../devices/device.entity.js';
import type { DeviceFilter as Filter } from '../../../devices/device-filter.js';
import type { CachedDevice } from '../../../devices/known-devices.js';
import {
  type Heartbeat as Beat,
  HeartbeatStream,
  MAX_HEARTBEATS,
} from '../../../devices/live/heartbeat-stream.js';
import {
  DeviceStatusStream,
  type DeviceStatusEvent as StatusEvent,
} from '../../../devices/live/status-stream.js';
import { DomainError } from '../../../errors.js';
import { MAX_CLIENT_TEXT_LENGTH, reportedVersion } from '../../../sessions/caller.js';
import { Allow, DEVICES } from '../../authorization.js';
import { type Context, clientOf, requireCaller } from '../../context.js';
import { DeviceFilter, readDeviceFilter } from './device.inputs.js';
import {
  DeviceStatusArgs,
  DeviceStatusEvent,
  Heartbeat,
  HeartbeatInput,
  HeartbeatPayload,
  PresenceSummary,
} from './presence.types.js';

@Resolver(() => HeartbeatPayload)
export class PresenceResolver {
  @Query(() => PresenceSummary, {
    description: 'How many of the devices that you may read, or that a filter selects, are online.',
  })
  @Allow(DEVICES)
  presenceSummary(
    @Arg('filter', () => DeviceFilter, { nullable: true, description: 'Which devices.' })
    filter: DeviceFilter | null | undefined,
    @Ctx() context: Context,
  ): Promise<PresenceSummary> {
    return context.services.devices.summary(requireCaller(context), readDeviceFilter(filter));
  }

  @Mutation(() => HeartbeatPayload, {
    description:
      'Reports that the device of this session is alive. It is online from its first heartbeat until none came for ' +
      'two and a half intervals.',
  })
  @Allow('devices:own')
  async heartbeat(
    @Arg('input', { description: 'What the device reports about itself.' }) input: HeartbeatInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<HeartbeatPayload> {
    const caller = requireCaller(context);
    const clientId = clientOf(context, input.deviceId).deviceId ?? caller.deviceId;
    const { heartbeats, newestRelease, deviceSettings, config } = context.services;
    requireShort('name', input.name);
    requireShort('clientVersion', input.clientVersion);
    const deviceKey = await heartbeats.beat(caller, {
      clientId,
      name: input.name ?? caller.deviceModel,
      clientVersion: reportedVersion(input.clientVersion ?? '') ?? caller.clientVersion,
    });
    if (isOnlyField(info)) context.countHeartbeat();
    return {
      deviceKey,
      intervalSeconds: Math.round((heartbeats.ownIntervalOf(deviceKey) || config.HEARTBEAT_INTERVAL) / 1000),
      latestRelease: await newestRelease.newerThan(
        heartbeats.versionOf(caller, clientId),
        deviceSettings.channelOf(deviceKey),
      ),
    };
  }

  @FieldResolver(() => Device, {
    description:
      'The device that the heartbeat counts for. It can take a query: leave it out of frequent heartbeats.',
  })
  async device(
    @Root() { deviceKey }: HeartbeatPayload,
    @Ctx() { services }: Context,
  ): Promise<CachedDevice | null> {
    const [device = null] = await services.devices.findCached([deviceKey]);
    return device && { ...device, online: services.heartbeats.isOnline(deviceKey) };
  }

  @Subscription(() => DeviceStatusEvent, {
    description:
      'Which devices are online: a SNAPSHOT, then an event for each change, once and in order. With `since`, the ' +
      'events after it first, or RESET when they are no longer available.',
    subscribe: ({ context, args }: Subscribing<DeviceStatusArgs>) =>
      new DeviceStatusStream(
        context.services,
        requireCaller(context),
        liveFilter(args.filter),
        args.since ?? null,
      ),
  })
  @Allow(DEVICES)
  deviceStatus(@Root() event: StatusEvent, @Args() _args: DeviceStatusArgs): StatusEvent {
    return event;
  }

  @Subscription(() => [Heartbeat], {
    description:
      'Heartbeats as they come in, several times a second: the latest of each device since the last event, at most ' +
      `${MAX_HEARTBEATS} in an event.`,
    subscribe: ({ context, args }: Subscribing<{ filter?: DeviceFilter | null }>) =>
      new HeartbeatStream(context.services, requireCaller(context), liveFilter(args.filter)),
  })
  @Allow(DEVICES)
  heartbeats(
    @Root() beats: Beat[],
    @Arg('filter', () => DeviceFilter, { nullable: true, description: 'Which devices.' })
    _filter?: DeviceFilter | null,
  ): Beat[] {
    return beats;
  }
}

/** A subscription that is about to open. */
interface Subscribing<A> {
  readonly context: Context;
  readonly args: A;
}

/** Subscriptions report what is online: they are not narrowed by it. */
const liveFilter = (filter: DeviceFilter | null | undefined): Filter => ({
  ...readDeviceFilter(filter),
  online: null,
});

function requireShort(field: string, text: string | null | undefined): void {
  if (text == null || text.length <= MAX_CLIENT_TEXT_LENGTH) return;
  throw new DomainError('INVALID_INPUT', `${field} must be at most ${MAX_CLIENT_TEXT_LENGTH} characters.`, {
    field,
  });
}

/** Whether the operation asks for nothing else; a fragment can hold more. Other fields are logged. */
function isOnlyField({ operation }: GraphQLResolveInfo): boolean {
  const [field, ...others] = operation.selectionSet.selections;
  return field?.kind === Kind.FIELD && others.length === 0;
}
