import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DeviceAction, DeviceActionKind } from '../../../devices/actions/device-action.entity.js';
import { MAX_SELECTED_IDS } from '../../../devices/groups/saved-filter.js';
import type { Selected } from '../../loaders.js';
import { DeviceFilter } from './device.inputs.js';

@InputType({ description: 'What to do with which devices.' })
export class StartDeviceActionInput {
  @Field(() => DeviceActionKind, { description: 'What to do with each device.' })
  kind!: DeviceActionKind;

  @Field(() => String, {
    nullable: true,
    description: 'The tag or the channel, for TAG, UNTAG and SET_CHANNEL.',
  })
  value?: string | null;

  @Field(() => DeviceFilter, {
    description:
      `Which of the devices that you may read: at most ${MAX_SELECTED_IDS} \`ids\`, or any number by other fields. An ` +
      'empty filter selects all devices in use. Devices that are added later are left alone.',
  })
  filter!: DeviceFilter;
}

@ObjectType({ simpleResolvers: true, description: 'The action that was started.' })
export class StartDeviceActionPayload {
  @Field(() => DeviceAction, { description: 'The action.' })
  deviceAction!: Selected<DeviceAction>;
}

@InputType({ description: 'An action to stop.' })
export class StopDeviceActionInput {
  @Field(() => ID, { description: 'The id of the action.' })
  id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The action that was stopped.' })
export class StopDeviceActionPayload {
  @Field(() => DeviceAction, { description: 'The action as it is now.' })
  deviceAction!: Selected<DeviceAction>;
}

@InputType({ description: 'An action to continue.' })
export class ResumeDeviceActionInput {
  @Field(() => ID, { description: 'The id of the action.' })
  id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The action that was continued.' })
export class ResumeDeviceActionPayload {
  @Field(() => DeviceAction, { description: 'The action as it is now.' })
  deviceAction!: Selected<DeviceAction>;
}
