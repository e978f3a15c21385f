import type { EntityManager } from '@mikro-orm/postgresql';
import { integerArray } from '../../database/queries/integer-array.js';
import type { Sessions } from '../../sessions/sessions.js';
import { type DeviceDetails, detailsOf } from '../device-details.js';
import { type SessionsOwner, sessionsOf } from './device-sessions.js';

/** A device that is taken out of use. */
export interface LeavingDevice extends SessionsOwner {
  readonly id: number;
  readonly details: DeviceDetails;
}

/** Locks devices and their owners until the commit. @returns those that exist. */
export async function lockLeaving(em: EntityManager, ids: readonly number[]): Promise<LeavingDevice[]> {
  const parameters = [integerArray(ids)];
  // No session opens meanwhile. The deletion of an account locks in this order, too.
  await em.execute(
    `select id from users where id in (select user_id from devices where id = any(?::int[])) order by id for update`,
    parameters,
  );
  return em.execute(
    `select id, user_id as "userId", client_id as "clientId", session_id as "sessionId",
       former_session_id as "formerSessionId", ${detailsOf('devices')} as details
     from devices where id = any(?::int[]) order by id for update`,
    parameters,
  );
}

/**
 * Ends the sessions of devices in the transaction of `em`.
 * @returns a function that must be called after the commit.
 */
export function endSessionsOf(
  em: EntityManager,
  sessions: Pick<Sessions, 'endings'>,
  devices: readonly LeavingDevice[],
): Promise<() => Promise<void>> {
  const userIds = [...new Set(devices.map(({ userId }) => userId))];
  return sessions.endings.revokeOfManyWithin(em, userIds, sessionsOf(devices));
}
