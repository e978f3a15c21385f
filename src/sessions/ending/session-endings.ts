import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { type Actor, type AuditedAction, userTarget } from '../../audit/audit.js';
import { mayAccess } from '../authorization.js';
import type { Caller } from '../caller.js';
import { noSuchSession, type SessionReader } from '../reading/session-reader.js';
import type { Session } from '../session.entity.js';
import type { EndedSessions, Revocations } from './revocations.js';

type Reason = EndedSessions['reason'];

/** Ends sessions, at once on this node, and within a second on the others. */
export class SessionEndings {
  /** @param invalidate as `Sessions.invalidate`. */
  constructor(
    private readonly revocations: Revocations,
    private readonly reader: SessionReader,
    private readonly invalidate: (...userIds: readonly number[]) => void,
  ) {}

  /** Ends the caller's own session. */
  async logout({ user, sessionId, api }: Caller, actor: Actor): Promise<void> {
    const action = { action: 'session.close', target: userTarget(user.id), detail: api } as const;
    await this.#end(user.id, sessionId, 'LOGOUT', action, actor);
  }

  /** Ends one session. Its tokens fail from the next request on. */
  async revoke(userId: number, sessionId: string, reason: Reason = 'REVOKED'): Promise<void> {
    await this.#revoke(userId, { id: sessionId }, reason);
  }

  /** Ends the sessions of a user that match. */
  async revokeSome(userId: number, which: FilterQuery<Session>): Promise<void> {
    await this.#revoke(userId, which, 'REVOKED');
  }

  /**
   * Ends a session of the caller, or of anybody if the caller may manage sessions.
   * @throws DomainError NOT_FOUND
   */
  async revokeAs(caller: Caller, sessionId: string, actor: Actor): Promise<Session> {
    const session = await this.reader.find(sessionId);
    if (!mayAccess(caller, session.user.id, 'sessions:manage')) throw noSuchSession();
    return this.revokeOne(session, actor);
  }

  /** Ends any session, for the command line. @throws DomainError NOT_FOUND */
  async revokeByOperator(sessionId: string, actor: Actor): Promise<Session> {
    return this.revokeOne(await this.reader.find(sessionId), actor);
  }

  /** Ends a session, and records so. @param detail of the audit entry. @returns the session, which has ended. */
  async revokeOne({ id, user }: Session, actor: Actor, detail?: string): Promise<Session> {
    const action = {
      action: 'session.revoke',
      target: userTarget(user.id),
      ...(detail && { detail }),
    } as const;
    await this.#end(user.id, id, 'REVOKED', action, actor);
    return this.reader.find(id);
  }

  /** Ends a session that is not a login, and records the action. */
  endMachine({ id, user }: Session, action: AuditedAction, actor: Actor): Promise<void> {
    return this.#end(user.id, id, 'REVOKED', action, actor);
  }

  /** Ends all sessions of a user, and records so. @returns how many. @throws DomainError NOT_FOUND */
  revokeAllAs(userId: number, actor: Actor): Promise<number> {
    return this.revocations.revokeAll(userId, actor).finally(() => this.invalidate(userId));
  }

  /** Ends all sessions of a user. @param exceptId a session to keep. */
  async revokeAll(userId: number, exceptId?: string): Promise<void> {
    await this.#revoke(userId, exceptId ? { id: { $ne: exceptId } } : {}, 'REVOKED');
  }

  /**
   * Ends all sessions of a user together with a change of that user, in the transaction of `em`, which must have saved
   * the change: its lock keeps further sessions from being opened.
   * @param exceptId a session to keep.
   * @returns a function that must be called after the commit.
   */
  revokeAllWithin(em: EntityManager, userId: number, exceptId?: string): Promise<() => Promise<void>> {
    return this.revokeSomeWithin(em, userId, exceptId ? { id: { $ne: exceptId } } : {});
  }

  /** As `revokeAllWithin`, for the sessions that match. */
  revokeSomeWithin(
    em: EntityManager,
    userId: number,
    which: FilterQuery<Session>,
  ): Promise<() => Promise<void>> {
    return this.revokeOfManyWithin(em, [userId], which);
  }

  /** As `revokeSomeWithin`, for sessions of several users. */
  async revokeOfManyWithin(
    em: EntityManager,
    userIds: readonly number[],
    which: FilterQuery<Session>,
  ): Promise<() => Promise<void>> {
    const where = { $and: [{ user: { $in: [...userIds] } }, which] };
    const ended = await this.revocations.revokeWithin(em, where, 'REVOKED');
    return () => this.revocations.notify(ended).finally(() => this.invalidate(...userIds));
  }

  /** Calls back when sessions were logged out or revoked, and waits for the result. */
  onEnd(listener: (ended: EndedSessions) => Promise<void>): void {
    this.revocations.onEnd(listener);
  }

  async #revoke(userId: number, which: FilterQuery<Session>, reason: Reason): Promise<void> {
    // Also when a listener fails: the sessions are revoked in the database by then, and no poll reports them again.
    const revoked = this.revocations.revoke({ $and: [{ user: userId }, which] }, reason);
    await revoked.finally(() => this.invalidate(userId));
  }

  async #end(userId: number, ...ending: Parameters<Revocations['revokeOne']>): Promise<void> {
    await this.revocations.revokeOne(...ending).finally(() => this.invalidate(userId));
  }
}
