import type { AuditAction, AuditEntryFieldsFragment } from '../../generated/graphql.js';
import { en } from './texts.js';

export type AuditEntry = AuditEntryFieldsFragment;

type SentenceKey = keyof typeof en.sentences;

/** Entries whose sentence depends on more than their action. */
const variants = [
  'SESSION_REVOKE_OWN',
  'USER_CREATE_WITHOUT_ACTOR',
  'USER_ROLES_NONE',
  'USER_PASSWORD_FIRST',
  'USER_PASSWORD_RESET_BY_OPERATOR',
] as const satisfies SentenceKey[];

/** Selects the sentence for an entry. */
export function sentenceKey({ action, actor, target, detail }: AuditEntry): SentenceKey {
  if (action === 'SESSION_REVOKE' && actor && target === actor.id) return 'SESSION_REVOKE_OWN';
  if (action === 'USER_CREATE' && !actor) return 'USER_CREATE_WITHOUT_ACTOR';
  if (action === 'USER_ROLES' && !detail) return 'USER_ROLES_NONE';
  if (action === 'USER_PASSWORD' && detail === 'first') return 'USER_PASSWORD_FIRST';
  if (action === 'USER_PASSWORD_RESET' && detail === 'operator') return 'USER_PASSWORD_RESET_BY_OPERATOR';
  return action;
}

/** Whether entries can be filtered by this action. */
export const isAuditedAction = (name: string | null): name is AuditAction =>
  name !== null && Object.hasOwn(en.sentences, name) && !variants.some((variant) => variant === name);

/** All actions, by their object. */
export const auditedActions: readonly AuditAction[] = Object.keys(en.sentences).filter(isAuditedAction);
