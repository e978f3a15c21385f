import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { nodeId } from '../../../database/node-id.js';
import { DeviceGroup } from '../../../devices/groups/device-group.entity.js';
import { Allow } from '../../authorization.js';
import { actorOf, type Context } from '../../context.js';
import { readId } from '../../id.js';
import type { Selected } from '../../loaders.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { DeviceFilter, presentDeviceFilter, readDeviceFilter } from './device.inputs.js';
import {
  CreateDeviceGroupInput,
  CreateDeviceGroupPayload,
  DeleteDeviceGroupInput,
  DeleteDeviceGroupPayload,
  UpdateDeviceGroupInput,
  UpdateDeviceGroupPayload,
} from './device-groups.types.js';

@Resolver(() => DeviceGroup)
export class DeviceGroupsResolver {
  @Query(() => [DeviceGroup], { description: 'All groups of devices, by name.' })
  @Allow('devices:read')
  deviceGroups(
    @Ctx() { services }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Selected<DeviceGroup>[]> {
    return services.deviceGroups.list(selectedProperties<DeviceGroup>(info));
  }

  @Mutation(() => CreateDeviceGroupPayload, { description: 'Saves a filter of devices under a name.' })
  @Allow('devices:manage')
  async createDeviceGroup(
    @Arg('input', { description: 'The group.' }) { name, filter }: CreateDeviceGroupInput,
    @Ctx() context: Context,
  ): Promise<CreateDeviceGroupPayload> {
    const { deviceGroups } = context.services;
    return { deviceGroup: await deviceGroups.create(name, readDeviceFilter(filter), actorOf(context)) };
  }

  @Mutation(() => UpdateDeviceGroupPayload, {
    description: 'Renames a group, or saves another filter in it.',
  })
  @Allow('devices:manage')
  async updateDeviceGroup(
    @Arg('input', { description: 'The group and the fields to change.' })
    { id, name, filter }: UpdateDeviceGroupInput,
    @Ctx() context: Context,
  ): Promise<UpdateDeviceGroupPayload> {
    const fields = { name, filter: filter && readDeviceFilter(filter) };
    const { deviceGroups } = context.services;
    return { deviceGroup: await deviceGroups.update(readId('deviceGroup', id), fields, actorOf(context)) };
  }

  @Mutation(() => DeleteDeviceGroupPayload, { description: 'Deletes a group. Its devices stay.' })
  @Allow('devices:manage')
  async deleteDeviceGroup(
    @Arg('input', { description: 'The group.' }) { id }: DeleteDeviceGroupInput,
    @Ctx() context: Context,
  ): Promise<DeleteDeviceGroupPayload> {
    const key = readId('deviceGroup', id);
    await context.services.deviceGroups.delete(key, actorOf(context));
    return { deletedDeviceGroupId: nodeId('deviceGroup', key) };
  }

  @ReadsFrom<DeviceGroup>('filter')
  @FieldResolver(() => DeviceFilter, { description: 'Which devices are in it.' })
  filter(@Root() { filter }: Pick<DeviceGroup, 'filter'>): DeviceFilter {
    return presentDeviceFilter(filter);
  }

  @ReadsFrom<DeviceGroup>('id')
  @FieldResolver(() => Int, {
    nullable: true,
    description: 'How many devices are in it. It takes time in large fleets.',
  })
  @Allow({ nullWithout: 'devices:read' })
  deviceCount(@Root() { id }: Pick<DeviceGroup, 'id'>, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.deviceCountOfGroup(id, null);
  }
}
