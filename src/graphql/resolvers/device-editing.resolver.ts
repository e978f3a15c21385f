import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Allow } from '../authorization.js';
import { actorOf, type Context } from '../context.js';
import { readId } from '../id.js';
import { UpdateDeviceInput, UpdateDevicePayload } from './device-editing.types.js';

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
    const { deviceEditing } = context.services;
    return { device: await deviceEditing.update(readId('device', id), changes, actorOf(context)) };
  }
}
