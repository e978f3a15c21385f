import { ArgsType, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { nodeId } from '../../../database/node-id.js';
import type { DeviceFilter as Filter } from '../../../devices/device-filter.js';
import type { DeviceSorting } from '../../../devices/device-order.js';
import { Api } from '../../../sessions/session.entity.js';
import { PageArgs } from '../../connection.js';
import { readId } from '../../id.js';
import { OrderDirection } from '../../order.js';

const DeviceOrderField: Record<DeviceSorting, DeviceSorting> = {
  FIRST_SEEN_AT: 'FIRST_SEEN_AT',
  LAST_SEEN_AT: 'LAST_SEEN_AT',
  OFFLINE_SINCE: 'OFFLINE_SINCE',
  NAME: 'NAME',
  VERSION: 'VERSION',
  OWNER: 'OWNER',
};
registerEnumType(DeviceOrderField, {
  name: 'DeviceOrderField',
  description: 'What devices can be sorted by.',
  valuesConfig: {
    FIRST_SEEN_AT: { description: 'When the device sent its first heartbeat.' },
    LAST_SEEN_AT: {
      description: 'When the device was last seen, as of the last save: at most one interval ago.',
    },
    OFFLINE_SINCE: {
      description:
        'When the device went offline: the one that has been offline longest first, and those that are online last.',
    },
    NAME: {
      description:
        'What administrators call the device, else the name that it reports, else the id that it gives itself. Numbers ' +
        'compare by value, and the case of letters is ignored. Devices without any name are last.',
    },
    VERSION: {
      description:
        'The version that it reported last. 1.9 is before 1.10, and a pre-release before its release. Devices that report ' +
        'none are first, then those whose version does not start with a number.',
    },
    OWNER: { description: 'Whose account it uses, in the order in which the accounts were created.' },
  },
});

@InputType({ description: 'How to sort devices.' })
export class DeviceOrder {
  @Field(() => DeviceOrderField, { description: 'What to sort by.' })
  field!: DeviceSorting;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Which way to sort.' })
  direction!: OrderDirection;
}

@ObjectType('SavedDeviceFilter', {
  simpleResolvers: true,
  description: 'A filter of devices as it was saved. Fields that are null match everything.',
})
@InputType({ description: 'Which devices. Omitted fields match everything.' })
export class DeviceFilter {
  @Field(() => [ID], { nullable: true, description: 'Devices with these ids.' })
  ids?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Devices of this user.' })
  userId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Devices that are online, or that are offline. Subscriptions ignore it: they report changes of it.',
  })
  online?: boolean | null;

  @Field(() => Api, { nullable: true, description: 'Devices whose latest session is of this API.' })
  api?: Api | null;

  @Field(() => String, { nullable: true, description: 'Devices that reported exactly this version last.' })
  clientVersion?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Devices that are offered the releases of this channel.',
  })
  channel?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Devices with all of these tags. Their case is ignored.',
  })
  tags?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Only retired devices, or only others; null for both. By default only others, unless `ids` names the devices.',
  })
  retired?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Part of a name, of a tag, of the id that the device gives itself, or of the username, phone, name or nickname of its ' +
      'owner.',
  })
  search?: string | null;
}

@ArgsType()
export class DevicesArgs extends PageArgs {
  @Field(() => DeviceFilter, { nullable: true, description: 'Which devices.' })
  filter?: DeviceFilter | null;

  @Field(() => DeviceOrder, { nullable: true, description: 'How to sort. By FIRST_SEEN_AT by default.' })
  orderBy?: DeviceOrder | null;
}

@ArgsType()
export class HistoryArgs extends PageArgs {
  @Field(() => Date, { nullable: true, description: 'Events at this time or later.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Events before this time.' })
  to?: Date | null;
}

/** The filter with node ids. */
export const presentDeviceFilter = ({ ids, userId, retired = null, ...others }: Filter): DeviceFilter => ({
  ...others,
  retired,
  ids: ids?.map((id) => nodeId('device', id)) ?? null,
  userId: userId == null ? null : nodeId('user', userId),
  tags: others.tags ? [...others.tags] : null,
});

/** @throws DomainError INVALID_INPUT for ids of other types. */
export function readDeviceFilter(filter: DeviceFilter | null | undefined): Filter {
  const { ids, userId, ...others } = filter ?? {};
  return {
    ...others,
    ids: ids?.map((id) => readId('device', id, 'ids')) ?? null,
    userId: userId == null ? null : readId('user', userId, 'userId'),
  };
}
