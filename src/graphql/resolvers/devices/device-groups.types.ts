import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DeviceGroup } from '../../../devices/groups/device-group.entity.js';
import { MAX_GROUP_NAME_LENGTH } from '../../../devices/groups/device-groups.js';
import { DeviceFilter } from './device.inputs.js';

const NAME = `1 to ${MAX_GROUP_NAME_LENGTH} characters. Unique.`;

@InputType({ description: 'A new group.' })
export class CreateDeviceGroupInput {
  @Field(() => String, { description: `Its name: ${NAME}` })
  name!: string;

  @Field(() => DeviceFilter, { description: 'Which devices are in it.' })
  filter!: DeviceFilter;
}

@InputType({ description: 'What to change about a group. Omitted and null fields stay as they are.' })
export class UpdateDeviceGroupInput {
  @Field(() => ID, { description: 'The id of the group.' })
  id!: string;

  @Field(() => String, { nullable: true, description: `Its name: ${NAME}` })
  name?: string | null;

  @Field(() => DeviceFilter, { nullable: true, description: 'Which devices are in it.' })
  filter?: DeviceFilter | null;
}

@InputType({ description: 'A group to delete.' })
export class DeleteDeviceGroupInput {
  @Field(() => ID, { description: 'The id of the group.' })
  id!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The new group.' })
export class CreateDeviceGroupPayload {
  @Field(() => DeviceGroup, { description: 'The group.' })
  deviceGroup!: DeviceGroup;
}

@ObjectType({ simpleResolvers: true, description: 'The group after the change.' })
export class UpdateDeviceGroupPayload {
  @Field(() => DeviceGroup, { description: 'The group.' })
  deviceGroup!: DeviceGroup;
}

@ObjectType({ description: 'The id of a group that no longer exists.' })
export class DeleteDeviceGroupPayload {
  @Field(() => ID, { description: 'The id of the deleted group.' })
  deletedDeviceGroupId!: string;
}
