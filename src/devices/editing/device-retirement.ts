import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../../audit/audit.js';
import type { AuditAction } from '../../audit/audit-entry.entity.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import { DomainError } from '../../errors.js';
import type { Sessions } from '../../sessions/sessions.js';
import { User } from '../../users/user.entity.js';
import { Device } from '../device.entity.js';
import { type DeviceDetails, detailsOf } from '../device-details.js';
import { type SessionsOwner, sessionsOf } from '../device-sessions.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';

/** A device that is taken out of use. */
interface Leaving extends SessionsOwner {
  readonly details: DeviceDetails;
}

/** Takes devices out of use: hides them, or deletes them with their history. */
export class DeviceRetirement {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'saveTransitions' | 'deviceRetired' | 'devicesDeleted'>,
    private readonly sessions: Pick<Sessions, 'revokeSomeWithin'>,
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
    this.heartbeats.deviceRetired(id, details);
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
    this.heartbeats.devicesDeleted([id]);
  }

  async #change(
    id: number,
    action: AuditAction,
    actor: Actor,
    change: (em: EntityManager, id: number) => Promise<void>,
  ): Promise<Leaving> {
    const { leaving, announce } = await this.db.em.fork().transactional(async (em) => {
      const device = await em.findOne(Device, { id }, { fields: ['user'] });
      const userId = device?.user.id ?? 0;
      // No session opens meanwhile. The deletion of an account locks in this order, too.
      await em.findOne(User, { id: userId }, { lockMode: LockMode.PESSIMISTIC_WRITE, fields: ['id'] });
      const [leaving] = await em.execute<Leaving[]>(
        `select client_id as "clientId", session_id as "sessionId", former_session_id as "formerSessionId",
           ${detailsOf('devices')} as details
         from devices where id = ? for update`,
        [id],
      );
      if (!leaving) throw new DomainError('NOT_FOUND', 'There is no such device.');
      await change(em, id);
      const announce = await this.sessions.revokeSomeWithin(em, userId, sessionsOf([leaving]));
      recordAudit(em, new Date(this.clock()), actor, { action, target: nodeId('device', id) });
      return { leaving, announce };
    });
    await announce();
    return leaving;
  }
}
