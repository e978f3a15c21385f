import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from './audit-entry.entity.js';

/** Who acts: a signed-in person, or the system itself (null). */
export interface Actor {
  readonly userId: number | null;
  readonly address: string | null;
}

/** What was done to whom. `detail` is shown to administrators: never put a secret in it. */
export interface AuditFact {
  readonly action: string;
  readonly target?: string;
  readonly detail?: string;
}

/** Adds an entry to the unit of work of `em`: it is kept only if the action itself is. */
export function recordAudit(em: EntityManager, at: Date, actor: Actor, fact: AuditFact): void {
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

/** Forgets who an erased user was: their entries stay, without the person and where they were. */
export async function anonymiseAudit(em: EntityManager, userId: number): Promise<void> {
  await em.nativeUpdate(AuditEntry, { actorId: userId }, { actorId: null, address: null });
  // Nobody signed in, yet somebody was there: it was them, signing up.
  await em.nativeUpdate(AuditEntry, { target: `user:${userId}`, actorId: null }, { address: null });
  await em.nativeUpdate(AuditEntry, { target: `user:${userId}` }, { target: 'user:erased', detail: null });
}

/** Entries, the latest first; one more than the page has, where there is one more. */
export function listAudit(
  em: EntityManager,
  { first, after }: { first: number; after: number | null },
): Promise<AuditEntry[]> {
  return em.find(AuditEntry, after === null ? {} : { id: { $lt: after } }, {
    orderBy: { id: 'desc' },
    limit: first + 1,
  });
}
