import type { EntityManager } from '@mikro-orm/postgresql';
import { beginningWith } from '../database/like.js';
import type { Page } from '../database/page.js';
import { AuditEntry } from './audit-entry.entity.js';

/** The user who acts; null for the system and for anonymous callers. */
export interface Actor {
  readonly userId: number | null;
  readonly address: string | null;
}

/** `detail` is shown to administrators and must not contain a secret. */
export interface AuditedAction {
  readonly action: string;
  readonly target?: string;
  readonly detail?: string;
}

/** Adds an entry to the unit of work of `em`, so that it is saved together with the action. */
export function recordAudit(em: EntityManager, at: Date, actor: Actor, fact: AuditedAction): void {
  em.create(
    AuditEntry,
    {
      at,
      action: fact.action,
      actorId: actor.userId,
      target: fact.target ?? null,
      address: actor.address,
      detail: fact.detail ?? null,
    },
    { persist: true },
  );
}

/** Removes a deleted user and their addresses from the entries, which are kept. */
export async function anonymiseAudit(em: EntityManager, userId: number): Promise<void> {
  await em.nativeUpdate(AuditEntry, { actorId: userId }, { actorId: null, address: null });
  // Nobody signed in, yet somebody was there: it was them, signing up.
  await em.nativeUpdate(AuditEntry, { target: targetOf(userId), actorId: null }, { address: null });
  await em.nativeUpdate(AuditEntry, { target: targetOf(userId) }, { target: 'user:erased', detail: null });
}

/** Which entries; what is absent does not narrow. */
export interface AuditFilter {
  /** Who acted or was acted on. */
  readonly userId?: number;
  /** How the action begins, such as `user.`. */
  readonly action?: string;
}

/** Entries, the latest first; one more than the page has, where there is one more. */
export function listAudit(
  em: EntityManager,
  { userId, action }: AuditFilter,
  { first, after }: Page,
): Promise<AuditEntry[]> {
  return em.find(
    AuditEntry,
    {
      ...(after === null ? {} : { id: { $lt: after } }),
      ...(userId === undefined ? {} : { $or: [{ actorId: userId }, { target: targetOf(userId) }] }),
      ...(action ? { action: beginningWith(action) } : {}),
    },
    { orderBy: { id: 'desc' }, limit: first + 1 },
  );
}

const targetOf = (userId: number) => `user:${userId}`;

/** The user that an entry is about; null where it is about something else, or the user was erased. */
export function subjectIdOf({ target }: Pick<AuditEntry, 'target'>): number | null {
  const id = /^user:(\d+)$/.exec(target ?? '')?.[1];
  return id === undefined ? null : Number(id);
}
