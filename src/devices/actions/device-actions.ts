import type { QBFilterQuery } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../../audit/audit.js';
import type { AuditAction } from '../../audit/audit-entry.entity.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import type { PropertyOf } from '../../database/queries/columns.js';
import { type ListOrder, orderedBy, type Page, type PageRequest } from '../../database/queries/page.js';
import { readPage } from '../../database/queries/read-page.js';
import { countRows, type Row, readRows } from '../../database/queries/rows.js';
import { inTable } from '../../database/queries/search.js';
import { DomainError } from '../../errors.js';
import { isDevice } from '../../sessions/authorization.js';
import type { Caller } from '../../sessions/caller.js';
import { type Events, sharedTopic } from '../../streams/events.js';
import { Device } from '../device.entity.js';
import { seesAllDevices, selectOwned } from '../device-filter.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';
import { ActionProgressStream } from './action-progress-stream.js';
import { DeviceAction, DeviceActionState } from './device-action.entity.js';
import { checkNewAction, type NewDeviceAction } from './new-device-action.js';

/** The id of an action that was started, or has come further; null if it may be any. */
export const DEVICE_ACTIONS = sharedTopic<number>('device actions');

/** Actions that wait for each other. */
const MAX_RUNNING = 20;

/** Latest first. */
export const deviceActionOrder: ListOrder = orderedBy('device actions', [], 'desc');

/** Actions on many devices: how they are started, followed, stopped and resumed. `DeviceActionRunner` executes them. */
export class DeviceActions {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'saveTransitions'>,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /**
   * Saves an action on the devices that the filter selects among those that the caller may see.
   * @throws DomainError INVALID_INPUT (value, ids), LIMIT_REACHED
   */
  async start(caller: Caller, input: NewDeviceAction, actor: Actor): Promise<DeviceAction> {
    const { kind, value, filter } = checkNewAction(input);
    const ownerId = seesAllDevices(caller) ? null : caller.user.id;
    await this.heartbeats.saveTransitions();
    const action = await this.db.em.fork().transactional(async (em) => {
      const running = await em.count(DeviceAction, { state: DeviceActionState.RUNNING });
      if (running >= MAX_RUNNING) {
        throw new DomainError('LIMIT_REACHED', `${MAX_RUNNING} actions on many devices are under way.`);
      }
      const total = await countRows(em, Device, inTable(selectOwned(ownerId, filter)));
      const [last] = await em.execute<{ id: number }[]>('select coalesce(max(id), 0) as id from devices');
      const action = em.create(DeviceAction, {
        kind,
        value,
        filter,
        ownerId,
        actorId: actor.userId,
        state: DeviceActionState.RUNNING,
        total,
        done: 0,
        changed: 0,
        afterId: 0,
        untilId: last?.id ?? 0,
        createdAt: new Date(this.clock()),
      });
      await em.persist(action).flush();
      const detail = [kind, value, String(total)].filter(Boolean).join(' ');
      recordAudit(em, action.createdAt, actor, {
        action: 'device.bulk',
        target: targetOf(action.id),
        detail,
      });
      return action;
    });
    this.events.publish(DEVICE_ACTIONS, action.id);
    return action;
  }

  /** Those that the caller may see: a caller who sees only their own devices sees only their own actions. */
  list<K extends PropertyOf<DeviceAction>>(
    caller: Caller,
    request: PageRequest<K>,
  ): Promise<Page<Row<DeviceAction, K>>> {
    return readPage(this.db.em, DeviceAction, visibleTo(caller), request);
  }

  count(caller: Caller): Promise<number> {
    return countRows(this.db.em, DeviceAction, visibleTo(caller));
  }

  /** The existing actions among `ids` that the caller may see. */
  findVisible<K extends PropertyOf<DeviceAction>>(
    caller: Caller,
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<DeviceAction, K | 'id'>[]> {
    const where = { $and: [{ id: { $in: [...ids] } }, visibleTo(caller)] };
    return readRows(this.db.em, DeviceAction, where, properties);
  }

  /** Ends an action after the batch under way. One that has ended stays as it is. @throws DomainError NOT_FOUND */
  stop(caller: Caller, id: number, actor: Actor): Promise<DeviceAction> {
    return this.#setState(caller, id, actor, {
      from: [DeviceActionState.RUNNING],
      to: DeviceActionState.STOPPED,
      audited: 'device.bulk_stop',
    });
  }

  /**
   * Continues an action that has failed or was stopped, after its last batch. From now on, it is an action of the actor.
   * @throws DomainError NOT_FOUND
   */
  resume(caller: Caller, id: number, actor: Actor): Promise<DeviceAction> {
    return this.#setState(caller, id, actor, {
      from: [DeviceActionState.FAILED, DeviceActionState.STOPPED],
      to: DeviceActionState.RUNNING,
      actorId: actor.userId,
      audited: 'device.bulk_resume',
    });
  }

  /** The action now and whenever it has come further, until it ends. @throws DomainError NOT_FOUND */
  async follow(caller: Caller, id: number): Promise<ActionProgressStream> {
    await this.#find(caller, id);
    return new ActionProgressStream(
      () => this.db.em.fork().findOne(DeviceAction, id),
      (listener) =>
        this.events.subscribe(DEVICE_ACTIONS, (changed) => {
          if (changed === null || changed === id) listener();
        }),
    );
  }

  async #setState(caller: Caller, id: number, actor: Actor, change: StateChange): Promise<DeviceAction> {
    await this.#find(caller, id);
    const { from, to, actorId, audited } = change;
    const changes = { state: to, ...(actorId === undefined ? {} : { actorId }) };
    const now = new Date(this.clock());
    const finishedAt = to === DeviceActionState.RUNNING ? null : now;
    await this.db.em.fork().transactional(async (em) => {
      const where = { id, state: { $in: [...from] } };
      const changed = await em.nativeUpdate(DeviceAction, where, { ...changes, finishedAt, failure: null });
      if (changed > 0) recordAudit(em, now, actor, { action: audited, target: targetOf(id) });
    });
    this.events.publish(DEVICE_ACTIONS, id);
    return this.#find(caller, id);
  }

  async #find(caller: Caller, id: number): Promise<DeviceAction> {
    const action = await this.db.em.fork().findOne(DeviceAction, { $and: [{ id }, visibleTo(caller)] });
    if (action) return action;
    throw new DomainError('NOT_FOUND', 'There is no such action.');
  }
}

interface StateChange {
  readonly from: readonly DeviceActionState[];
  readonly to: DeviceActionState;
  /** Undefined to leave it as it is. */
  readonly actorId?: number | null;
  readonly audited: AuditAction;
}

export const targetOf = (id: number): string => nodeId('deviceAction', id);

function visibleTo(caller: Caller): QBFilterQuery<DeviceAction> {
  if (isDevice(caller)) return { id: { $in: [] } };
  return seesAllDevices(caller) ? {} : { $or: [{ actorId: caller.user.id }, { ownerId: caller.user.id }] };
}
