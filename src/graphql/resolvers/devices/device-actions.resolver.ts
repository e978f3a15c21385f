import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Info,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Row } from '../../../database/queries/rows.js';
import { DeviceAction, DeviceActionKind, skippedBy } from '../../../devices/actions/device-action.entity.js';
import { deviceActionOrder } from '../../../devices/actions/device-actions.js';
import { User } from '../../../users/user.entity.js';
import { Allow, DEVICES, OTHER_USERS, requireStepUp } from '../../authorization.js';
import { PageArgs, readPageArgs, toConnection } from '../../connection.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import type { Selected } from '../../loaders.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { DeviceActionConnection } from '../connections.js';
import { DeviceFilter, presentDeviceFilter, readDeviceFilter } from './device.inputs.js';
import {
  ResumeDeviceActionInput,
  ResumeDeviceActionPayload,
  StartDeviceActionInput,
  StartDeviceActionPayload,
  StopDeviceActionInput,
  StopDeviceActionPayload,
} from './device-actions.types.js';

@Resolver(() => DeviceAction)
export class DeviceActionsResolver {
  @Query(() => DeviceActionConnection, {
    description: 'Actions on many devices, the latest first.',
  })
  @Allow(DEVICES)
  async deviceActions(@Args() page: PageArgs, @Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    const { deviceActions } = context.services;
    const caller = requireCaller(context);
    const request = readPageArgs<DeviceAction>(page, deviceActionOrder, info);
    return toConnection(await deviceActions.list(caller, request), request, () =>
      deviceActions.count(caller),
    );
  }

  @Query(() => DeviceAction, {
    nullable: true,
    description: 'An action on many devices by id; null if it does not exist or you may not see it.',
  })
  @Allow(DEVICES)
  async deviceAction(
    @Arg('id', () => ID, { description: 'The id of the action.' }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<DeviceAction> | null> {
    const properties = selectedProperties<DeviceAction>(info);
    const key = readId('deviceAction', id);
    const { deviceActions } = context.services;
    const [action = null] = await deviceActions.findVisible(requireCaller(context), [key], properties);
    return action;
  }

  @Mutation(() => StartDeviceActionPayload, {
    description:
      'Starts an action on many devices. It continues in the background, after earlier ones; `deviceActionProgress` ' +
      'follows it. Count the devices before with `presenceSummary`. LIMIT_REACHED while many are under way. DELETE ' +
      'requires a step-up. The action fails if you lose the permission meanwhile.',
  })
  @Allow('devices:manage')
  async startDeviceAction(
    @Arg('input', { description: 'The action and the devices.' })
    { kind, value = null, filter }: StartDeviceActionInput,
    @Ctx() context: Context,
  ): Promise<StartDeviceActionPayload> {
    if (kind === DeviceActionKind.DELETE) await requireStepUp(context);
    const input = { kind, value, filter: readDeviceFilter(filter) };
    const { deviceActions } = context.services;
    return { deviceAction: await deviceActions.start(requireCaller(context), input, actorOf(context)) };
  }

  @Mutation(() => StopDeviceActionPayload, {
    description: 'Stops an action. The devices that it has changed stay as they are.',
  })
  @Allow('devices:manage')
  async stopDeviceAction(
    @Arg('input', { description: 'The action.' }) { id }: StopDeviceActionInput,
    @Ctx() context: Context,
  ): Promise<StopDeviceActionPayload> {
    const { deviceActions } = context.services;
    const key = readId('deviceAction', id);
    return { deviceAction: await deviceActions.stop(requireCaller(context), key, actorOf(context)) };
  }

  @Mutation(() => ResumeDeviceActionPayload, {
    description:
      'Continues an action that has failed or was stopped, with the next device. From now on, it is an action of the ' +
      'caller. DELETE requires a step-up.',
  })
  @Allow('devices:manage')
  async resumeDeviceAction(
    @Arg('input', { description: 'The action.' }) { id }: ResumeDeviceActionInput,
    @Ctx() context: Context,
  ): Promise<ResumeDeviceActionPayload> {
    const { deviceActions } = context.services;
    const caller = requireCaller(context);
    const key = readId('deviceAction', id);
    const [action] = await deviceActions.findVisible(caller, [key], ['kind']);
    if (action?.kind === DeviceActionKind.DELETE) await requireStepUp(context);
    return { deviceAction: await deviceActions.resume(caller, key, actorOf(context)) };
  }

  @Subscription(() => DeviceAction, {
    description:
      'An action on many devices now, and several times a second while it is RUNNING. Ends when it is not.',
    // Awaited here, so that an unknown action is refused as any invalid argument is.
    subscribe: async ({ context, args }: { context: Context; args: { id: string } }) =>
      await context.services.deviceActions.follow(requireCaller(context), readId('deviceAction', args.id)),
  })
  @Allow(DEVICES)
  deviceActionProgress(
    @Root() action: DeviceAction,
    @Arg('id', () => ID, { description: 'The id of the action.' }) _id: string,
  ): DeviceAction {
    return action;
  }

  @ReadsFrom<DeviceAction>('filter')
  @FieldResolver(() => DeviceFilter, { description: 'Which devices it is about.' })
  filter(@Root() { filter }: Pick<DeviceAction, 'filter'>): DeviceFilter {
    return presentDeviceFilter(filter);
  }

  @ReadsFrom<DeviceAction>('state', 'total', 'done', 'changed')
  @FieldResolver(() => Int, {
    description:
      'How many devices it has left as they were: they had the tag or channel already, had as many tags as possible, or ' +
      'were removed, retired or changed after the start.',
  })
  skipped(@Root() action: Pick<DeviceAction, 'state' | 'total' | 'done' | 'changed'>): number {
    return skippedBy(action);
  }

  @ReadsFrom<DeviceAction>('actorId')
  @FieldResolver(() => User, {
    nullable: true,
    description: 'The user who started it, or continued it last; null once the account is deleted.',
  })
  @Allow(OTHER_USERS)
  async actor(
    @Root() { actorId }: Row<DeviceAction, 'actorId'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<User> | null> {
    return actorId === null ? null : loaders.userById(actorId, selectedProperties<User>(info));
  }
}
