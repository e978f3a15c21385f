import type { EntityManager } from '@mikro-orm/postgresql';
import { integerKey, keyOf, nodeId } from '../database/node-id.js';
import { AuditAction, AuditEntry, ShownAction } from './audit-entry.entity.js';

/** The user who acts; null for the system and for anonymous callers. */
export interface Actor {
  readonly userId: number | null;
  readonly address: string | null;
  /** All that the actor can be allowed, whatever its roles grant; absent for a login. */
  readonly ceiling?: readonly string[] | null;
}

/** `detail` is shown to administrators and must not contain a secret. */
export interface AuditedAction {
  readonly action: AuditAction;
  /** A node id such as `user_64`. */
  readonly target?: string;
  readonly detail?: string;
}

/** Adds an entry to the unit of work of `em`, so that it is saved together with the action. */
export function recordAudit(em: EntityManager, at: Date, actor: Actor, audited: AuditedAction): void {
  em.create(
    AuditEntry,
    {
      at,
      action: audited.action,
      actorId: actor.userId,
      target: audited.target ?? null,
      address: actor.address,
      detail: audited.detail ?? null,
    },
    { persist: true },
  );
}

/** Removes a deleted user and their addresses from the entries, which are kept. */
export async function anonymiseAudit(em: EntityManager, userId: number): Promise<void> {
  await em.nativeUpdate(AuditEntry, { actorId: userId }, { actorId: null, address: null });
  // Registrations have no actor, but the address of the user.
  await em.nativeUpdate(AuditEntry, { target: userTarget(userId), actorId: null }, { address: null });
  await em.nativeUpdate(AuditEntry, { target: userTarget(userId) }, { target: ERASED_USER, detail: null });
}

/** The actions that this version knows. */
export const knownActions: readonly AuditAction[] = Object.values(AuditAction);

export const isKnownAction = (action: string): action is AuditAction =>
  knownActions.some((known) => known === action);

/** What was done, as it is shown. */
export const shownAction = ({ action }: Pick<AuditEntry, 'action'>): ShownAction =>
  isKnownAction(action) ? action : ShownAction.UNKNOWN;

/** The target of entries about a deleted account. */
export const ERASED_USER = 'user_erased';

/** The target of entries about an account. */
export const userTarget = (userId: number): string => nodeId('user', userId);

/** The user that an entry is about; null if it is about something else or the user was deleted. */
export const subjectIdOf = ({ target }: Pick<AuditEntry, 'target'>): number | null =>
  target === null ? null : integerKey(keyOf('user', target));

/** The device that an entry is about; null if it is about something else. */
export const deviceIdOf = ({ target }: Pick<AuditEntry, 'target'>): number | null =>
  target === null ? null : integerKey(keyOf('device', target));
