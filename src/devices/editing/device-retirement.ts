import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../../audit/audit.js';
import type { AuditAction } from '../../audit/audit-entry.entity.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import { DomainError } from '../../errors.js';
import type { Sessions } from '../../sessions/sessions.js';
import { Device } from '../device.entity.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';
import { endSessionsOf, type LeavingDevice, lockLeaving } from './leaving-devices.js';

/** Takes devices out of use: hides them, or deletes them with their history. */
export class DeviceRetirement {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'saveTransitions' | 'edits'>,
    private readonly sessions: Pick<Sessions, 'endings'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the sessions of a device, and hides the device from lists until it sends a heartbeat in another session. Its
   * history is kept.
   * @throws DomainError NOT_FOUND
   */
  async retire(id: number, actor: Actor): Promise<void> {
    // A heartbeat from before must not count as the first one after it.
    await this.heartbeats.saveTransitions();
    const { details } = await this.#change(id, 'device.retire', actor, async (em, device) => {
      await em.execute('update devices set retired_at = ?, returned_at = null where id = ?', [
        new Date(this.clock()).toISOString(),
        device,
      ]);
    });
    this.heartbeats.edits.retired(id, details);
    await this.heartbeats.saveTransitions();
  }

  /**
   * Ends the sessions of a device, and deletes the device with its history. If it comes back, it is a new one.
   * @throws DomainError NOT_FOUND
   */
  async delete(id: number, actor: Actor): Promise<void> {
    await this.#change(id, 'device.delete', actor, async (em, device) => {
      await em.nativeDelete(Device, { id: device });
    });
    this.heartbeats.edits.deleted([id]);
  }

  async #change(
    id: number,
    action: AuditAction,
    actor: Actor,
    change: (em: EntityManager, id: number) => Promise<void>,
  ): Promise<LeavingDevice> {
    const { leaving, announce } = await this.db.em.fork().transactional(async (em) => {
      const [leaving] = await lockLeaving(em, [id]);
      if (!leaving) throw new DomainError('NOT_FOUND', 'There is no such device.');
      await change(em, id);
      const announce = await endSessionsOf(em, this.sessions, [leaving]);
      recordAudit(em, new Date(this.clock()), actor, { action, target: nodeId('device', id) });
      return { leaving, announce };
    });
    await announce();
    return leaving;
  }
}
