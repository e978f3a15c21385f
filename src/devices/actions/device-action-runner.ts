import { setTimeout } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { reasonOf } from '../../database/reason.js';
import { unavailableDatabase } from '../../database/unavailable.js';
import type { Sessions } from '../../sessions/sessions.js';
import type { Events } from '../../streams/events.js';
import { currentPermissions } from '../../users/authority.js';
import type { DeviceSettings } from '../device-settings.js';
import { endSessionsOf, type LeavingDevice, lockLeaving } from '../editing/leaving-devices.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';
import { DeviceAction, DeviceActionKind, DeviceActionState } from './device-action.entity.js';
import { DEVICE_ACTIONS } from './device-actions.js';
import { auditBatch, changeDevices } from './device-batch.js';
import { NextDevices, type Visit } from './next-devices.js';

/** Devices in one transaction: heartbeats that wait for their rows must not wait for long. */
const BATCH_SIZE = 200;
/** Devices that leave in one transaction, with their sessions and, if they are deleted, their history. */
const LEAVING_SIZE = 50;
/** Of one run: the lease of its node is renewed between two. */
const RUN_MS = 400;
/** Between two batches, for the statements of others. */
const PAUSE_MS = 5;
/** Between two events of an action under way. */
const PROGRESS_MS = 100;
/** A node that ended between the start of an action and its event leaves it to be found. */
const LOOK_MS = 10_000;
/** Why an action fails whose user has lost the permission. Another user may resume it. */
const FORBIDDEN = 'Its user may no longer manage these devices';

/** Ends the sessions of the devices. */
const leaving: ReadonlySet<DeviceActionKind> = new Set([DeviceActionKind.RETIRE, DeviceActionKind.DELETE]);

/** What one transaction has changed. */
interface Batch {
  readonly changed: readonly number[];
  /** The retired or deleted ones of them, as they were before. */
  readonly left: readonly LeavingDevice[];
}

interface Dependencies {
  readonly db: Database;
  readonly heartbeats: Heartbeats;
  readonly settings: DeviceSettings;
  readonly sessions: Pick<Sessions, 'endings'>;
  readonly events: Events;
  readonly clock: Clock;
}

/**
 * Executes actions on many devices, in batches. A batch and how far the action has come are saved in one transaction, so
 * that a restart, or another node, continues after the last batch.
 */
export class DeviceActionRunner {
  readonly #services: Dependencies;
  readonly #nextDevices: NextDevices;
  /** Whether an action may be under way: only then is the database asked. */
  #mayBeRunning = true;
  /** By `performance.now()`, as is the next one. */
  #lookedAt = 0;
  #publishedAt = 0;

  constructor(services: Dependencies) {
    this.#services = services;
    this.#nextDevices = new NextDevices(services.db);
    services.events.subscribe(DEVICE_ACTIONS, () => {
      this.#mayBeRunning = true;
    });
  }

  /**
   * Executes actions for a while, the oldest first, and continues with the next call. One node should call it at a time.
   * @throws the error of a database that does not answer now.
   */
  async run(): Promise<void> {
    if (!this.#mayBeRunning && performance.now() < this.#lookedAt + LOOK_MS) return;
    const end = performance.now() + RUN_MS;
    for (let action = await this.#next(); action !== null; action = await this.#next()) {
      const { id } = action;
      try {
        if (!(await this.#mayRun(action))) await this.#end(id, DeviceActionState.FAILED, FORBIDDEN);
        while (await this.#runBatch(id)) {
          if (performance.now() > end) return;
          await setTimeout(PAUSE_MS);
        }
      } catch (error) {
        if (unavailableDatabase(error) !== error) throw error;
        await this.#end(id, DeviceActionState.FAILED, reasonOf(error));
      }
    }
  }

  async #next(): Promise<DeviceAction | null> {
    // Before the read: an action that is started meanwhile is found by the next call.
    this.#mayBeRunning = false;
    let mayBeMore = true;
    try {
      const where = { state: DeviceActionState.RUNNING };
      const action = await this.#em().findOne(DeviceAction, where, { orderBy: { id: 'asc' } });
      this.#lookedAt = performance.now();
      mayBeMore = action !== null;
      return action;
    } finally {
      this.#mayBeRunning ||= mayBeMore;
    }
  }

  /** Whether the user of an action still has the permission. */
  async #mayRun({ actorId, ownerId }: DeviceAction): Promise<boolean> {
    if (actorId === null) return true;
    const permissions = await currentPermissions(this.#em(), actorId);
    return permissions.has('devices:manage') && (ownerId !== null || permissions.has('devices:read'));
  }

  /** @returns whether there may be more batches. */
  async #runBatch(id: number): Promise<boolean> {
    const action = await this.#em().findOneOrFail(DeviceAction, { id });
    if (action.state !== DeviceActionState.RUNNING) return false;
    const leaves = leaving.has(action.kind);
    // A heartbeat from before must not count as the first one after it.
    if (leaves) await this.#services.heartbeats.saveTransitions();
    const visit = await this.#nextDevices.read(action, leaves ? LEAVING_SIZE : BATCH_SIZE);
    if (visit === null) {
      await this.#end(id, DeviceActionState.COMPLETED, null);
      return false;
    }
    const batch = leaves ? await this.#remove(action, visit) : await this.#change(action, visit);
    if (batch) await this.#announce(action, batch);
    return batch !== null;
  }

  async #change(action: DeviceAction, visit: Visit): Promise<Batch | null> {
    const changed = await this.#em().transactional((em) => this.#save(em, action, visit));
    return changed && { changed, left: [] };
  }

  /** Retires or deletes devices, and ends their sessions. */
  async #remove(action: DeviceAction, visit: Visit): Promise<Batch | null> {
    const removed = await this.#em().transactional(async (em) => {
      const found = await lockLeaving(em, visit.ids);
      const changed = await this.#save(em, action, visit);
      if (!changed) return null;
      const left = found.filter(({ id }) => changed.includes(id));
      return { changed, left, announce: await endSessionsOf(em, this.#services.sessions, left) };
    });
    await removed?.announce();
    return removed;
  }

  /**
   * Changes devices and saves how far the action has come.
   * @returns the ids of the changed ones; null if the action was stopped, or another node has taken it over.
   */
  async #save(
    em: EntityManager,
    { id, afterId }: DeviceAction,
    { ids, untilId }: Visit,
  ): Promise<number[] | null> {
    const where = { id, afterId, state: DeviceActionState.RUNNING };
    const action = await em.findOne(DeviceAction, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!action) return null;
    const now = new Date(this.#services.clock());
    const changed = await changeDevices(em, action, ids, now);
    await auditBatch(em, action, changed, now);
    action.afterId = untilId;
    action.done += ids.length;
    action.changed += changed.length;
    return changed;
  }

  async #announce({ id, kind }: DeviceAction, { changed, left }: Batch): Promise<void> {
    const { heartbeats, settings, events } = this.#services;
    if (kind === DeviceActionKind.DELETE) heartbeats.edits.deleted(changed);
    else if (kind === DeviceActionKind.RETIRE) {
      for (const device of left) heartbeats.edits.retired(device.id, device.details);
    } else if (changed.length > 0) heartbeats.edits.manyChanged(changed);
    // A channel that cannot be read now is read by the next run of its job.
    if (kind === DeviceActionKind.SET_CHANNEL) await settings.readChanges().catch(() => {});
    const now = performance.now();
    if (now - this.#publishedAt < PROGRESS_MS) return;
    this.#publishedAt = now;
    events.publish(DEVICE_ACTIONS, id);
  }

  async #end(id: number, state: DeviceActionState, failure: string | null): Promise<void> {
    const finishedAt = new Date(this.#services.clock());
    const where = { id, state: DeviceActionState.RUNNING };
    await this.#em().nativeUpdate(DeviceAction, where, { state, failure, finishedAt });
    this.#services.events.publish(DEVICE_ACTIONS, id);
  }

  #em() {
    return this.#services.db.em.fork();
  }
}
