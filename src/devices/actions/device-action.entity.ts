import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../../database/node.entity.js';

export enum DeviceActionKind {
  TAG = 'TAG',
  UNTAG = 'UNTAG',
  SET_CHANNEL = 'SET_CHANNEL',
  RETIRE = 'RETIRE',
  DELETE = 'DELETE',
}
registerEnumType(DeviceActionKind, {
  name: 'DeviceActionKind',
  description: 'What can be done with many devices at once.',
  valuesConfig: {
    TAG: { description: 'Add a tag.' },
    UNTAG: { description: 'Remove a tag.' },
    SET_CHANNEL: { description: 'Set the channel whose releases they are offered.' },
    RETIRE: { description: 'Retire them, as `retireDevice` does.' },
    DELETE: { description: 'Delete them with their history, as `deleteDevice` does.' },
  },
});

export enum DeviceActionState {
  RUNNING = 'RUNNING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
  STOPPED = 'STOPPED',
}
registerEnumType(DeviceActionState, {
  name: 'DeviceActionState',
  description: 'The state of an action on many devices.',
  valuesConfig: {
    RUNNING: { description: 'It waits for earlier actions, or is under way.' },
    COMPLETED: { description: 'All selected devices were visited.' },
    FAILED: { description: '`failure` says why. `resumeDeviceAction` continues it.' },
    STOPPED: { description: 'It was stopped. `resumeDeviceAction` continues it.' },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'An action on many devices. It visits them in batches, each of which is changed as a whole or not at all.',
})
@Entity({ tableName: 'device_actions' })
export class DeviceAction {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => DeviceActionKind, { description: 'What it does with each device.' })
  @Property({ type: 'text' })
  kind!: DeviceActionKind;

  @Field(() => String, {
    nullable: true,
    description: 'The tag or the channel; null for actions without one.',
  })
  @Property({ type: 'text', nullable: true })
  value: string | null = null;

  /** A `DeviceFilter`. */
  @Property({ type: 'jsonb' })
  filter!: object;

  /** The owner of the devices, where the actor may not read those of others. */
  @Property({ type: 'integer', nullable: true })
  ownerId: number | null = null;

  /** The user who started it, or continued it last. No foreign key: the action outlives the account. */
  @Property({ type: 'integer', nullable: true })
  actorId: number | null = null;

  @Field(() => DeviceActionState, { description: 'How it stands.' })
  @Index()
  @Property({ type: 'text' })
  state!: DeviceActionState;

  @Field(() => Int, { description: 'How many devices were selected when it started.' })
  @Property({ type: 'integer' })
  total!: number;

  @Field(() => Int, { description: 'How many devices it has visited.' })
  @Property({ type: 'integer' })
  done: number = 0;

  @Field(() => Int, { description: 'How many of them it has changed.' })
  @Property({ type: 'integer' })
  changed: number = 0;

  @Field(() => String, { nullable: true, description: 'Why it failed; null unless it is FAILED.' })
  @Property({ type: 'text', nullable: true })
  failure: string | null = null;

  /** Devices up to this id were visited. */
  @Property({ type: 'integer' })
  afterId: number = 0;

  /** Devices that were added later have greater ids, and are left alone. */
  @Property({ type: 'integer' })
  untilId!: number;

  @Field(() => Date, { description: 'When it was started.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was completed, failed or was stopped; null while it is RUNNING.',
  })
  @Index()
  @Property({ type: 'timestamptz', nullable: true })
  finishedAt: Date | null = null;
}

/**
 * The devices that an action has left as they were: those with the tag or channel already, and those that were removed
 * or changed after the start, so that the filter no longer selects them.
 */
export function skippedBy({
  state,
  total,
  done,
  changed,
}: Pick<DeviceAction, 'state' | 'total' | 'done' | 'changed'>): number {
  const visited = state === DeviceActionState.COMPLETED ? Math.max(total, done) : done;
  return visited - changed;
}
