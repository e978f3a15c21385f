import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Row } from '../../../database/queries/rows.js';
import { adoptionIn } from '../../../devices/counts/adoption.js';
import { Device } from '../../../devices/device.entity.js';
import { deviceOrder, historyOrder } from '../../../devices/device-order.js';
import { PresenceEvent } from '../../../devices/presence-event.entity.js';
import { Release } from '../../../releases/release.entity.js';
import { Session } from '../../../sessions/session.entity.js';
import { User } from '../../../users/user.entity.js';
import { Allow, DEVICES, mayRead, SESSIONS } from '../../authorization.js';
import { readPageArgs, toConnection } from '../../connection.js';
import { type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import type { Selected } from '../../loaders.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { DeviceConnection, PresenceEventConnection } from '../connections.js';
import { DevicesArgs, HistoryArgs, readDeviceFilter } from './device.inputs.js';

@ObjectType({ simpleResolvers: true, description: 'How many devices report a version.' })
class Adoption {
  @Field(() => String, { nullable: true, description: 'The version; null for devices that report none.' })
  clientVersion!: string | null;

  @Field(() => Int, { description: 'The number of devices.' })
  devices!: number;

  @Field(() => Release, {
    nullable: true,
    description: 'The release of the channel with this version; null if there is no such release.',
  })
  release!: Release | null;

  @Field(() => Boolean, {
    description:
      'Whether the version compares with the releases of the channel. Devices with a version that does not are ' +
      'offered no release.',
  })
  comparable!: boolean;
}

@Resolver(() => Device)
export class DeviceResolver {
  @Query(() => Device, {
    nullable: true,
    description: 'A device by id; null if it does not exist or you may not see it.',
  })
  @Allow(DEVICES)
  device(
    @Arg('id', () => ID, { description: 'The id of the device.' }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<Device> | null> {
    const { devices } = context.services;
    return devices.find(requireCaller(context), readId('device', id), selectedProperties<Device>(info));
  }

  @Query(() => DeviceConnection, {
    description: 'All devices that you may read, or those that a filter selects.',
  })
  @Allow(DEVICES)
  async devices(
    @Args() { filter, orderBy, ...page }: DevicesArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const { devices } = context.services;
    const caller = requireCaller(context);
    const request = readPageArgs<Device>(page, deviceOrder(orderBy?.field, orderBy?.direction), info);
    const selected = readDeviceFilter(filter);
    return toConnection(await devices.list(caller, selected, request), request, () =>
      devices.count(caller, selected),
    );
  }

  @Query(() => [Adoption], {
    description:
      'How many devices report each version: the 1,000 most frequent ones, in this order. With a channel, its latest ' +
      'release is included even if no device reports it.',
  })
  @Allow('adoption:read')
  async adoption(
    @Arg('channel', () => String, {
      nullable: true,
      description: 'The channel whose releases to name. None by default.',
    })
    channel: string | null | undefined,
    @Ctx() { services: { devices, releases } }: Context,
  ): Promise<Adoption[]> {
    return adoptionIn(channel ?? null, await devices.adoption(), releases);
  }

  @ReadsFrom<Device>('user')
  @FieldResolver(() => User, { description: 'The owner: the user whose account it uses.' })
  user(@Root() { user }: Row<Device, 'user'>, @Ctx() { loaders }: Context, @Info() info: GraphQLResolveInfo) {
    return loaders.user(user, selectedProperties<User>(info));
  }

  @ReadsFrom<Device>('user', 'sessionId')
  @FieldResolver(() => Session, {
    nullable: true,
    description: 'The session whose heartbeats count for it. It may have ended; null once it is purged.',
  })
  @Allow({ ...SESSIONS, orNull: true })
  async session(
    @Root() { user, sessionId }: Row<Device, 'user' | 'sessionId'>,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<Session> | null> {
    if (sessionId === null || !mayRead(requireCaller(context), SESSIONS, user.id)) return null;
    return context.loaders.session(sessionId, selectedProperties<Session>(info));
  }

  @ReadsFrom<Device>('id', 'lastSeenAt')
  @FieldResolver(() => Date, { description: 'When it sent its last heartbeat.' })
  lastSeenAt(@Root() device: Row<Device, 'id' | 'lastSeenAt'>, @Ctx() { services }: Context): Date {
    const seen = services.heartbeats.lastSeen(device.id) ?? 0;
    return new Date(Math.max(seen, device.lastSeenAt.getTime()));
  }

  @ReadsFrom<Device>('id')
  @FieldResolver(() => PresenceEventConnection, {
    description: 'When it came online and went offline, the oldest first.',
  })
  async history(
    @Root() { id }: Pick<Device, 'id'>,
    @Args() { from = null, to = null, ...page }: HistoryArgs,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = readPageArgs<PresenceEvent>(page, historyOrder, info);
    const period = { from, to };
    return toConnection(await loaders.historyOfDevice(id, { period, request }), request, () =>
      loaders.historyCountOfDevice(id, period),
    );
  }
}

@Resolver(() => PresenceEvent)
export class PresenceEventResolver {
  @ReadsFrom<PresenceEvent>('device')
  @FieldResolver(() => Device, { description: 'The device that came online or went offline.' })
  device(
    @Root() { device }: Row<PresenceEvent, 'device'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<Device> | null> {
    return loaders.device(device.id, selectedProperties<Device>(info));
  }
}
