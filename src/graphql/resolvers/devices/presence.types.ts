import { ArgsType, Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Device } from '../../../devices/device.entity.js';
import type { PresenceSummary as Summary } from '../../../devices/devices.js';
import type { Heartbeat as Beat } from '../../../devices/live/heartbeat-stream.js';
import {
  DeviceStatusKind,
  type DeviceStatusEvent as StatusEvent,
} from '../../../devices/live/status-stream.js';
import { OfflineReason } from '../../../devices/presence-event.entity.js';
import { Release } from '../../../releases/release.entity.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../../../sessions/caller.js';
import { Cursor } from '../../cursor.js';
import { DeviceFilter } from './device.inputs.js';

registerEnumType(DeviceStatusKind, {
  name: 'DeviceStatusKind',
  description: 'What an event of `deviceStatus` reports.',
  valuesConfig: {
    SNAPSHOT: {
      description:
        'The devices that are online, or the first of them. The first event, and the event after RESET.',
    },
    SNAPSHOT_CONTINUED: { description: 'More of the devices that are online: a snapshot comes in parts.' },
    ONLINE: { description: 'A device came online.' },
    OFFLINE: { description: 'A device went offline.' },
    ENTERED: { description: 'A device that is online has changed, so that the filter selects it now.' },
    LEFT: { description: 'A device that is online has changed, so that the filter no longer selects it.' },
    RESET: {
      description: 'The events after `since` are no longer available: forget all state; a SNAPSHOT follows.',
    },
  },
});

@ArgsType()
export class DeviceStatusArgs {
  @Field(() => DeviceFilter, {
    nullable: true,
    description: 'Which devices. ENTERED and LEFT report when an online device starts or stops matching.',
  })
  filter?: DeviceFilter | null;

  @Field(() => Cursor, {
    nullable: true,
    description:
      'The cursor of the last event received: continue after it instead of starting with a SNAPSHOT.',
  })
  since?: string | null;
}

@InputType({ description: 'A sign of life.' })
export class HeartbeatInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The id that the device gives itself. By default, the header X-Device-Id, then the id given at login.',
  })
  deviceId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `A name or model for people: at most ${MAX_CLIENT_TEXT_LENGTH} characters. By default, as at login.`,
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The version it runs: at most ${MAX_CLIENT_TEXT_LENGTH} characters. By default, as at login, or else as reported before.`,
  })
  clientVersion?: string | null;
}

@ObjectType({ description: 'The answer to a heartbeat.' })
export class HeartbeatPayload {
  /** The key of the device, which is read when it is selected. */
  deviceKey!: number;

  @Field(() => Int, {
    simple: true,
    description: 'How many seconds from now the next heartbeat is expected.',
  })
  intervalSeconds!: number;

  @Field(() => Release, {
    simple: true,
    nullable: true,
    description:
      'The newest release of its channel if the latest version that the device has reported is older, or it has ' +
      'reported none. Null for a version that does not compare with it, such as `unknown`.',
  })
  latestRelease!: Release | null;
}

@ObjectType({ simpleResolvers: true, description: 'How many devices are online.' })
export class PresenceSummary implements Summary {
  @Field(() => Int, { description: 'All devices.' })
  total!: number;

  @Field(() => Int, { description: 'Devices that are online.' })
  online!: number;

  @Field(() => Int, { description: 'Devices that are offline.' })
  offline!: number;

  @Field(() => Boolean, {
    description:
      'Whether devices can be shown as online that are not: so many fell silent at once that the cause may be the ' +
      'gateway, so that none is marked offline for now.',
  })
  degraded!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'An event of `deviceStatus`.' })
export class DeviceStatusEvent implements StatusEvent {
  @Field(() => DeviceStatusKind, { description: 'What the event reports.' })
  kind!: DeviceStatusKind;

  @Field(() => Cursor, {
    description: 'The position after this event: pass it as `since` to continue from here.',
  })
  cursor!: string;

  @Field(() => Date, { description: 'When it happened.' })
  at!: Date;

  @Field(() => Boolean, {
    description:
      'Whether the client now knows all devices that are online: false after RESET, and while more parts of a ' +
      'snapshot follow.',
  })
  complete!: boolean;

  @Field(() => [Device], {
    nullable: true,
    description: 'For SNAPSHOT and SNAPSHOT_CONTINUED: devices that are online.',
  })
  devices!: Device[] | null;

  @Field(() => Device, { nullable: true, description: 'For ONLINE, OFFLINE, ENTERED and LEFT: the device.' })
  device!: Device | null;

  @Field(() => OfflineReason, { nullable: true, description: 'For OFFLINE: why the device went offline.' })
  reason!: OfflineReason | null;
}

@ObjectType({ simpleResolvers: true, description: 'The latest heartbeat of a device.' })
export class Heartbeat implements Beat {
  @Field(() => Device, { description: 'The device that sent it.' })
  device!: Device;

  @Field(() => Date, { description: 'When it was received.' })
  at!: Date;
}
