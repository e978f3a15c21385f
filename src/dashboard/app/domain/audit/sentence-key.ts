import type { AuditLogQuery } from '../../generated/graphql.js';
import type { en } from './texts.js';

export type AuditEntry = AuditLogQuery['auditLog']['edges'][number]['node'];

/** Selects the sentence for an entry. */
export function sentenceKey({ action, actor, target, detail }: AuditEntry): keyof typeof en.sentences {
  if (action === 'SESSION_REVOKE' && actor && target === actor.id) return 'SESSION_REVOKE_OWN';
  if (action === 'USER_CREATE' && !actor) return 'USER_CREATE_WITHOUT_ACTOR';
  if (action === 'USER_ROLES' && !detail) return 'USER_ROLES_NONE';
  if (action === 'USER_PASSWORD' && detail === 'first') return 'USER_PASSWORD_FIRST';
  if (action === 'USER_PASSWORD_RESET' && detail === 'operator') return 'USER_PASSWORD_RESET_BY_OPERATOR';
  return action;
}
