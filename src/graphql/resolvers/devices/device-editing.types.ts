import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Device } from '../../../devices/device.entity.js';
import {
  LONGEST_INTERVAL,
  MAX_NOTES_LENGTH,
  MAX_TAG_LENGTH,
  MAX_TAGS,
  SHORTEST_INTERVAL,
} from '../../../devices/editing/device-metadata.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../../../sessions/caller.js';
import type { Selected } from '../../loaders.js';

@InputType({
  description: 'What to change about a device. Omitted fields stay as they are; null clears a field.',
})
export class UpdateDeviceInput {
  @Field(() => ID, { description: 'The id of the device.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: `What to call it: at most ${MAX_CLIENT_TEXT_LENGTH} characters.`,
  })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `What to know about it: at most ${MAX_NOTES_LENGTH} characters.`,
  })
  notes?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      `All its tags, at most ${MAX_TAGS}: words such as \`spare\`, or keys with values such as \`site:berlin\`, of at ` +
      `most ${MAX_TAG_LENGTH} characters. Their case is ignored.`,
  })
  tags?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'The channel whose releases it is offered. Null for `stable`.',
  })
  channel?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      `How often it is expected to send a heartbeat, from ${SHORTEST_INTERVAL} to ${LONGEST_INTERVAL} seconds. Null ` +
      'for the interval of the gateway. It is ' +
      'also offline once its token expires: a device that seldom sends one needs a device credential.',
  })
  ownIntervalSeconds?: number | null;
}

@ObjectType({ description: 'The device after the change.' })
export class UpdateDevicePayload {
  @Field(() => Device, { description: 'The device.' })
  device!: Device;
}

@InputType({ description: 'A device to retire.' })
export class RetireDeviceInput {
  @Field(() => ID, { description: 'The id of the device.' })
  id!: string;
}

@ObjectType({ description: 'The device, which is retired.' })
export class RetireDevicePayload {
  @Field(() => Device, { nullable: true, description: 'The device; null if it was deleted meanwhile.' })
  device!: Selected<Device> | null;
}

@InputType({ description: 'A device to delete.' })
export class DeleteDeviceInput {
  @Field(() => ID, { description: 'The id of the device.' })
  id!: string;
}

@ObjectType({ description: 'The id of a device that no longer exists.' })
export class DeleteDevicePayload {
  @Field(() => ID, { description: 'The id of the deleted device.' })
  deletedDeviceId!: string;
}
