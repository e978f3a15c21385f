import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../../audit/audit.js';
import type { AuditAction } from '../../audit/audit-entry.entity.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import { DomainError } from '../../errors.js';
import type { Sessions } from '../../sessions/sessions.js';
import { Device } from '../device.entity.js';
import { type DeviceDetails, detailsOf } from '../device-details.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';

/** A device whose session is to be ended. */
interface Leaving {
  readonly userId: number;
  readonly sessionId: string | null;
  readonly details: DeviceDetails;
}

/** Takes devices out of use: hides them, or deletes them with their history. */
export class DeviceRetirement {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'saveTransitions' | 'deviceRetired' | 'devicesDeleted'>,
    private readonly sessions: Pick<Sessions, 'revokeSome'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the session of a device, and hides the device from lists until it sends a heartbeat in another session. Its
   * history is kept.
   * @throws DomainError NOT_FOUND
   */
  async retire(id: number, actor: Actor): Promise<void> {
    // A heartbeat from before must not count as the first one after it.
    await this.heartbeats.saveTransitions();
    const leaving = await this.#change(id, 'device.retire', actor, async (em, device) => {
      await em.execute('update devices set retired_at = ?, returned_at = null where id = ?', [
        new Date(this.clock()).toISOString(),
        device,
      ]);
    });
    await this.#endSession(leaving);
    this.heartbeats.deviceRetired(id, leaving.details);
    await this.heartbeats.saveTransitions();
  }

  /**
   * Ends the session of a device, and deletes the device with its history. If it comes back, it is a new one.
   * @throws DomainError NOT_FOUND
   */
  async delete(id: number, actor: Actor): Promise<void> {
    const leaving = await this.#change(id, 'device.delete', actor, async (em, device) => {
      await em.nativeDelete(Device, { id: device });
    });
    await this.#endSession(leaving);
    this.heartbeats.devicesDeleted([id]);
  }

  #change(
    id: number,
    action: AuditAction,
    actor: Actor,
    change: (em: EntityManager, id: number) => Promise<void>,
  ): Promise<Leaving> {
    return this.db.em.fork().transactional(async (em) => {
      const [leaving] = await em.execute<Leaving[]>(
        `select user_id as "userId", session_id as "sessionId", ${detailsOf('devices')} as details
         from devices where id = ? for update`,
        [id],
      );
      if (!leaving) throw new DomainError('NOT_FOUND', 'There is no such device.');
      await change(em, id);
      recordAudit(em, new Date(this.clock()), actor, { action, target: nodeId('device', id) });
      return leaving;
    });
  }

  async #endSession({ userId, sessionId }: Leaving): Promise<void> {
    if (sessionId !== null) await this.sessions.revokeSome(userId, [sessionId]);
  }
}
