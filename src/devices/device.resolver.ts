import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
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
import { LiveFeed } from '../adapters/events/live-source.js';
import { DomainError } from '../errors.js';
import { Allow } from '../graphql/authorization.js';
import { connectionType, readPage, toConnection } from '../graphql/connection.js';
import { type Context, clientOf, requireCaller } from '../graphql/context.js';
import { Cursor } from '../graphql/cursor.js';
import { readId } from '../graphql/id.js';
import { Release } from '../releases/release.entity.js';
import { type Heartbeat as Beat, BeatSource } from './beat-source.js';
import { Device } from './device.entity.js';
import type { DeviceFilter as Filter, PresenceSummary as Summary } from './devices.js';
import { OfflineReason, PresenceEvent } from './presence-event.entity.js';
import { DeviceStatusKind, type DeviceStatusEvent as StatusEvent, StatusSource } from './status-source.js';

registerEnumType(DeviceStatusKind, {
  name: 'DeviceStatusKind',
  description:
    'SNAPSHOT comes first, with all that are online; then each ONLINE and OFFLINE once, in order. RESET says that ' +
    'what came after `since` is not kept any more: forget everything, a new SNAPSHOT follows.',
});

const DeviceConnection = connectionType('Device', Device);
const LONGEST_HISTORY = 1000;

/** Characters of what a device says of itself: all who follow the fleet are sent it. */
const LONGEST_TEXT = 128;

@InputType({ description: 'Which devices; what is absent does not narrow.' })
class DeviceFilter implements Filter {
  @Field(() => [ID], { nullable: true })
  ids?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Whose.' })
  userId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Not for subscriptions, which tell exactly that.' })
  online?: boolean | null;

  @Field(() => String, { nullable: true })
  door?: string | null;

  @Field(() => String, { nullable: true })
  clientVersion?: string | null;

  @Field(() => String, { nullable: true, description: 'Part of its name or of the id it gives itself.' })
  search?: string | null;
}

@ArgsType()
class DevicesArgs {
  @Field(() => DeviceFilter, { nullable: true })
  filter?: DeviceFilter | null;

  @Field(() => Int, { defaultValue: 20 })
  first!: number;

  @Field(() => String, { nullable: true })
  after?: string | null;
}

@ArgsType()
class DeviceStatusArgs {
  @Field(() => DeviceFilter, { nullable: true })
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

@ObjectType({ description: 'How many devices report a version.' })
class Adoption {
  @Field(() => String, { nullable: true })
  clientVersion!: string | null;

  @Field(() => Int)
  devices!: number;
}

@Resolver(() => Device)
export class DeviceResolver {
  @Query(() => Device, { nullable: true, description: 'One of yours, or anybody’s for administrators.' })
  @Allow('devices:own')
  async device(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Device | null> {
    const key = readId(id);
    return key === null ? null : context.services.devices.find(requireCaller(context), key);
  }

  @Query(() => DeviceConnection)
  @Allow('devices:own')
  async devices(@Args() { filter, first, after }: DevicesArgs, @Ctx() context: Context) {
    const page = readPage(first, after);
    return toConnection(
      await context.services.devices.list(requireCaller(context), filter ?? {}, page),
      page,
    );
  }

  @Query(() => PresenceSummary)
  @Allow('devices:own')
  presenceSummary(
    @Arg('filter', () => DeviceFilter, { nullable: true }) filter: DeviceFilter | null | undefined,
    @Ctx() context: Context,
  ): Promise<PresenceSummary> {
    return context.services.devices.summary(requireCaller(context), filter ?? {});
  }

  @Query(() => [Adoption], { description: 'Devices per client version, the most first.' })
  @Allow('adoption:read')
  adoption(@Ctx() context: Context): Promise<Adoption[]> {
    return context.services.devices.adoption();
  }

  @Mutation(() => HeartbeatAck, { description: 'A sign of life of the device of this session.' })
  @Allow('devices:own')
  async heartbeat(
    @Arg('input', () => HeartbeatInput, { nullable: true }) input: HeartbeatInput | null | undefined,
    @Ctx() context: Context,
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
    return {
      deviceId: String(id),
      interval: Math.round(config.HEARTBEAT_INTERVAL / 1000),
      latestRelease: await newestRelease.newerThan(clientVersion),
    };
  }

  @Subscription(() => DeviceStatusEvent, {
    subscribe: ({ context, args }: Subscribing<DeviceStatusArgs>) =>
      new LiveFeed(
        new StatusSource(
          context.services,
          requireCaller(context),
          liveFilter(args.filter),
          args.since ?? null,
        ),
      ),
  })
  @Allow('devices:own')
  deviceStatus(@Root() event: StatusEvent, @Args() _args: DeviceStatusArgs): StatusEvent {
    return event;
  }

  @Subscription(() => [Heartbeat], {
    description: 'Beats as they come: the latest one of each device in a moment.',
    subscribe: ({ context, args }: Subscribing<{ filter?: DeviceFilter | null }>) =>
      new LiveFeed(new BeatSource(context.services, requireCaller(context), liveFilter(args.filter))),
  })
  @Allow('devices:own')
  heartbeats(
    @Root() beats: Beat[],
    @Arg('filter', () => DeviceFilter, { nullable: true }) _filter?: DeviceFilter | null,
  ): Beat[] {
    return beats;
  }

  @FieldResolver(() => Date)
  lastSeenAt(@Root() device: Device, @Ctx() { services }: Context): Date {
    const seen = services.heartbeats.lastSeen(device.id) ?? 0;
    return new Date(Math.max(seen, device.lastSeenAt.getTime()));
  }

  @FieldResolver(() => [PresenceEvent], {
    description: `When it came online and went offline, oldest first; at most ${LONGEST_HISTORY}.`,
  })
  history(
    @Root() device: Device,
    @Arg('from', () => Date) from: Date,
    @Arg('to', () => Date) to: Date,
    @Ctx() context: Context,
  ): Promise<PresenceEvent[]> {
    return context.services.devices.history(device.id, from, to, LONGEST_HISTORY);
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
  if (text == null || text.length <= LONGEST_TEXT) return;
  throw new DomainError('INVALID_INPUT', `It has at most ${LONGEST_TEXT} characters.`, { field });
}
