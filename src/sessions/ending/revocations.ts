import { LockMode } from '@mikro-orm/core';
import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { type Actor, type AuditedAction, recordAudit, userTarget } from '../../audit/audit.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { DomainError } from '../../errors.js';
import type { AccountChanges, EndReason } from '../../users/account-changes.js';
import { User } from '../../users/user.entity.js';
import { Session } from '../session.entity.js';

/** Sessions that were revoked. */
export interface EndedSessions {
  readonly ids: readonly string[];
  readonly reason: EndReason;
}

/** Revokes sessions, and notifies listeners of every revocation, those by other processes included. */
export class Revocations {
  readonly #listeners = new Set<(ended: EndedSessions) => Promise<void>>();

  constructor(
    private readonly db: Database,
    private readonly changes: AccountChanges,
    private readonly clock: Clock,
  ) {}

  /** Calls back when sessions were revoked, and waits for the result. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.#listeners.add(listener);
  }

  /** Revokes the sessions that match. */
  async revoke(where: FilterQuery<Session>, reason: EndReason): Promise<void> {
    // Repeated until none is left, because a session that one of them approved may open in between.
    for (;;) {
      const ended = await this.revokeWithin(this.db.em.fork(), where, reason);
      if (ended.ids.length === 0) return;
      await this.notify(ended);
    }
  }

  /** Revokes a session, and records so in the same transaction, unless it was revoked before. */
  async revokeOne(sessionId: string, reason: EndReason, action: AuditedAction, actor: Actor): Promise<void> {
    const ended = await this.db.em.fork().transactional(async (em) => {
      const revoked = await this.revokeWithin(em, { id: sessionId }, reason);
      if (revoked.ids.length > 0) recordAudit(em, new Date(this.clock()), actor, action);
      return revoked;
    });
    await this.notify(ended);
  }

  /**
   * Revokes all sessions of a user, and records how many.
   * @throws DomainError NOT_FOUND
   */
  async revokeAll(userId: number, actor: Actor): Promise<number> {
    const ended = await this.db.em.fork().transactional(async (em) => {
      // No session opens meanwhile.
      const user = await em.findOne(User, { id: userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!user) throw new DomainError('NOT_FOUND', 'There is no such user.');
      const revoked = await this.revokeWithin(em, { user: userId }, 'REVOKED');
      const detail = String(revoked.ids.length);
      const action = { action: 'session.revoke-all', target: userTarget(userId), detail } as const;
      recordAudit(em, new Date(this.clock()), actor, action);
      return revoked;
    });
    await this.notify(ended);
    return ended.ids.length;
  }

  /**
   * Revokes the sessions that match, in the transaction of `em`.
   * @returns those that were not revoked before. The caller must `notify` of them after the commit.
   */
  async revokeWithin(
    em: EntityManager,
    where: FilterQuery<Session>,
    reason: EndReason,
  ): Promise<EndedSessions> {
    const unrevoked = { $and: [where, { revokedAt: null }] };
    const sessions = await em.find(Session, unrevoked, { fields: ['id'], disableIdentityMap: true });
    const ids = sessions.map(({ id }) => id);
    return { ids: ids.length === 0 ? [] : await this.#save(em, ids, reason), reason };
  }

  async notify(ended: EndedSessions): Promise<void> {
    if (ended.ids.length === 0) return;
    await Promise.all([...this.#listeners].map((listener) => listener(ended)));
  }

  async #save(em: EntityManager, ids: readonly string[], reason: EndReason): Promise<string[]> {
    const now = new Date(this.clock()).toISOString();
    const revoked = await em.execute<{ id: string }[]>(
      `with revoked as (
         update sessions set revoked_at = ? where id = any(?::uuid[]) and revoked_at is null returning id, user_id
       )
       insert into session_revocations (origin, user_id, session_id, reason, at)
       select ?::uuid, user_id, id, ?, ?::timestamptz from revoked returning session_id as id`,
      [now, `{${ids.join(',')}}`, this.changes.origin, reason, now],
    );
    return revoked.map(({ id }) => id);
  }
}
