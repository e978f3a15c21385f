import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';
import type { Caller } from '../sessions/caller.js';
import { requireOpenSession } from '../sessions/ending/require-open-session.js';
import { Api, Session, SessionKind } from '../sessions/session.entity.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountChanges } from '../users/account-changes.js';
import { requirePerson } from '../users/account-status.js';
import { User } from '../users/user.entity.js';
import { readAccountFactors } from './account-factors.js';
import { deleteRecoveryCodes, replaceRecoveryCodes } from './recovery-codes.js';

/** A factor that was added. */
export interface Enrolled {
  /** New codes, to show once; null if the account had a factor before. */
  readonly recoveryCodes: readonly string[] | null;
  /** Must be called after the commit. */
  readonly announce: () => Promise<void>;
}

/**
 * What follows for an account when it gets a factor, or has one less. Each method runs in the transaction that stores or
 * deletes the factor.
 */
export class Enrollments {
  /** @param everyNodeAsks whether every node asks for second factors. */
  constructor(
    private readonly sessions: Pick<Sessions, 'endings' | 'invalidate'>,
    private readonly changes: AccountChanges,
    private readonly clock: Clock,
    private readonly everyNodeAsks: () => boolean,
  ) {}

  /**
   * Must come before an enrolment begins: a node of an earlier version would let the account in without its factor.
   * @throws DomainError UNAVAILABLE
   */
  requireEveryNode(): void {
    if (this.everyNodeAsks()) return;
    const message =
      'A node of an earlier version still runs: second factors can be added once all are upgraded.';
    throw new DomainError('UNAVAILABLE', message);
  }

  /**
   * Locks an account, so that no session opens meanwhile. Must come before a factor is stored or deleted.
   * @throws DomainError NOT_FOUND, FORBIDDEN (a service account)
   */
  async lock(em: EntityManager, userId: number): Promise<User> {
    const user = await em.findOne(User, { id: userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!user) throw new DomainError('NOT_FOUND', 'There is no such user.');
    requirePerson(user);
    return user;
  }

  /**
   * A factor was stored. The first one ends the sessions of legacy APIs, which cannot ask for it, and makes the other
   * sessions prove it before they may do what requires a step-up, or complete an enrolment that they have begun.
   * @param user from `lock`.
   * @param factor what the audit log calls it: its method, and its name if it has one.
   * @throws DomainError UNAUTHENTICATED (the session has ended), STEP_UP_REQUIRED
   */
  async added(
    em: EntityManager,
    user: User,
    { sessionId }: Caller,
    factor: string,
    actor: Actor,
  ): Promise<Enrolled> {
    const { id } = user;
    await requireProvenSession(em, sessionId, id);
    const now = new Date(this.clock());
    recordAudit(em, now, actor, { action: 'user.factor-add', target: userTarget(id), detail: factor });
    await this.changes.record(em, id);
    await em.nativeUpdate(Session, { id: sessionId }, { provenAt: now });
    if (user.secondFactorSince !== null) {
      return { recoveryCodes: null, announce: async () => this.sessions.invalidate(id) };
    }
    user.secondFactorSince = now;
    const recoveryCodes = await replaceRecoveryCodes(em, id);
    await em.nativeUpdate(Session, { user: id, id: { $ne: sessionId } }, { provenAt: null });
    const announce = await this.sessions.endings.revokeSomeWithin(em, id, {
      kind: SessionKind.LOGIN,
      api: { $ne: Api.GRAPHQL },
    });
    return { recoveryCodes, announce };
  }

  /** A factor was deleted. Parameters as for `added`. @returns a function that must be called after the commit. */
  async removed(em: EntityManager, user: User, factor: string, actor: Actor): Promise<() => void> {
    const { id } = user;
    const detail = factor;
    const action = { action: 'user.factor-remove', target: userTarget(id), detail } as const;
    recordAudit(em, new Date(this.clock()), actor, action);
    if (!(await hasFactor(em, id))) await this.#end(em, user);
    await this.changes.record(em, id);
    return () => this.sessions.invalidate(id);
  }

  /** All factors were deleted: the logins of the account end. @param user from `lock`. @returns as `removed` */
  async reset(em: EntityManager, user: User, actor: Actor): Promise<() => Promise<void>> {
    const { id } = user;
    const action = { action: 'user.factor-reset', target: userTarget(id) } as const;
    recordAudit(em, new Date(this.clock()), actor, action);
    await this.#end(em, user);
    return this.sessions.endings.revokeSomeWithin(em, id, { kind: SessionKind.LOGIN });
  }

  async #end(em: EntityManager, user: User): Promise<void> {
    user.secondFactorSince = null;
    await deleteRecoveryCodes(em, user.id);
  }
}

/** The proof was fresh when the enrolment began, and ends with the first factor of another session. */
async function requireProvenSession(em: EntityManager, sessionId: string, userId: number): Promise<void> {
  const { provenAt } = await requireOpenSession(em, sessionId);
  if (provenAt !== null) return;
  const factors = await readAccountFactors(em, [userId]);
  const message = 'The proof of this session has ended: prove again who you are, and begin again.';
  throw new DomainError('STEP_UP_REQUIRED', message, { methods: factors.get(userId)?.methods ?? [] });
}

/** Whether the account has a factor. Recovery codes only replace one. */
async function hasFactor(em: EntityManager, userId: number): Promise<boolean> {
  const found = await em.execute(
    `select from authenticators where user_id = ? and secret is not null
     union all select from passkeys where user_id = ?`,
    [userId, userId],
  );
  return found.length > 0;
}
