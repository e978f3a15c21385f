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
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { readId } from '../../database/row-id.js';
import { Device } from '../../devices/device.entity.js';
import type { DeviceFilter as Filter } from '../../devices/device-filter.js';
import { PresenceEvent } from '../../devices/presence-event.entity.js';
import { Allow } from '../authorization.js';
import { connectionType, PageArgs, readPage, toConnection } from '../connection.js';
import { type Context, requireCaller } from '../context.js';

const DeviceConnection = connectionType('Device', Device);
export const LONGEST_HISTORY = 1000;

@InputType({ description: 'Which devices; what is absent does not narrow.' })
export class DeviceFilter implements Filter {
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
class DevicesArgs extends PageArgs {
  @Field(() => DeviceFilter, { nullable: true })
  filter?: DeviceFilter | null;
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

  @Query(() => [Adoption], { description: 'Devices per client version, the most first.' })
  @Allow('adoption:read')
  adoption(@Ctx() context: Context): Promise<Adoption[]> {
    return context.services.devices.adoption();
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
