import type { AuditLogQuery } from '../../generated/graphql.js';
import type { en } from './texts.js';

export type AuditEntry = AuditLogQuery['auditLog']['edges'][number]['node'];

type SentenceKey = keyof typeof en.sentences;

const byAction: Record<string, SentenceKey> = {
  'session.open': 'signedIn',
  'session.close': 'signedOut',
  'session.refuse': 'refused',
  'session.revoke': 'revoked',
  'user.create': 'created',
  'user.password': 'password',
  'user.password-refuse': 'passwordRefused',
  'user.phone-proven': 'phoneProven',
  'user.roles': 'roles',
  'user.active': 'enabled',
  'user.disabled': 'disabled',
  'user.delete': 'deleted',
  'release.publish': 'published',
  'release.withdraw': 'withdrawn',
};

/** Selects the sentence for an entry; null for an unknown action. */
export function sentenceKey({ action, actorId, target, detail }: AuditEntry): SentenceKey | null {
  if (action === 'session.revoke' && target === `user:${actorId}`) return 'revokedOwn';
  if (action === 'user.create' && actorId === null) return 'opened';
  if (action === 'user.roles' && !detail) return 'noRoles';
  return byAction[action] ?? null;
}
