import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../../errors.js';
import { Session } from '../session.entity.js';

/**
 * Guards what outlasts a session: this node may still remember one that has been revoked. The transaction of `em` must
 * have locked the account before. Until it ends, the session is not revoked.
 * @throws DomainError UNAUTHENTICATED
 */
export async function requireOpenSession(em: EntityManager, id: string): Promise<Session> {
  const open = { id, revokedAt: null };
  const session = await em.findOne(Session, open, { lockMode: LockMode.PESSIMISTIC_READ });
  if (session) return session;
  throw endedSession();
}

export const endedSession = (): DomainError => new DomainError('UNAUTHENTICATED', 'Your session has ended.');
