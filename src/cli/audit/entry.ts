import type { AuditEntry } from '../gateway/gateway-audit.js';

/** The columns of audit entries. */
export const columns = {
  at: ({ at }: AuditEntry) => at,
  action: ({ action }: AuditEntry) => action,
  actor: ({ actor }: AuditEntry) => actor?.username ?? actor?.phone ?? actor?.id ?? '–',
  target: ({ target }: AuditEntry) => target ?? '–',
  address: ({ address }: AuditEntry) => address ?? '–',
  detail: ({ detail }: AuditEntry) => detail ?? '',
};
