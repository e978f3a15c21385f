import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { nodeId } from '../../../database/node-id.js';
import type { Device } from '../../../devices/device.entity.js';
import { DomainError } from '../../../errors.js';
import { Allow, StepUp } from '../../authorization.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import { selectedProperties } from '../../selected-properties.js';
import {
  DeleteDeviceInput,
  DeleteDevicePayload,
  RetireDeviceInput,
  RetireDevicePayload,
  UpdateDeviceInput,
  UpdateDevicePayload,
} from './device-editing.types.js';

@Resolver()
export class DeviceEditingResolver {
  @Mutation(() => UpdateDevicePayload, {
    description:
      'Changes what is noted about a device, the channel of its releases, or how often it is expected to send a ' +
      'heartbeat.',
  })
  @Allow('devices:manage')
  async updateDevice(
    @Arg('input', { description: 'The device and the fields to change.' }) {
      id,
      ...changes
    }: UpdateDeviceInput,
    @Ctx() context: Context,
  ): Promise<UpdateDevicePayload> {
    const key = await readVisibleId(id, context);
    return { device: await context.services.deviceEditing.update(key, changes, actorOf(context)) };
  }

  @Mutation(() => RetireDevicePayload, {
    description:
      'Ends the sessions of a device, with its credential, and hides the device from lists until it signs in again and ' +
      'sends a heartbeat. Its history is kept.',
  })
  @Allow('devices:manage')
  async retireDevice(
    @Arg('input', { description: 'The device.' }) { id }: RetireDeviceInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RetireDevicePayload> {
    const key = await readVisibleId(id, context);
    await context.services.deviceRetirement.retire(key, actorOf(context));
    return { device: await context.loaders.device(key, selectedProperties<Device>(info, 'device')) };
  }

  @Mutation(() => DeleteDevicePayload, {
    description:
      'Ends the sessions of a device, with its credential, and deletes the device with its history. A heartbeat makes a ' +
      'new one.',
  })
  @Allow('devices:manage')
  @StepUp()
  async deleteDevice(
    @Arg('input', { description: 'The device.' }) { id }: DeleteDeviceInput,
    @Ctx() context: Context,
  ): Promise<DeleteDevicePayload> {
    const key = await readVisibleId(id, context);
    await context.services.deviceRetirement.delete(key, actorOf(context));
    return { deletedDeviceId: nodeId('device', key) };
  }
}

/** A caller who may not read the devices of others changes only their own. @throws DomainError NOT_FOUND */
async function readVisibleId(id: string, context: Context): Promise<number> {
  const key = readId('device', id);
  const device = await context.services.devices.find(requireCaller(context), key, []);
  if (device) return key;
  throw new DomainError('NOT_FOUND', 'There is no such device.');
}
