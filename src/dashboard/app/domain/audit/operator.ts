import type { AuditEntry } from './sentence-key.js';

/** The operating system account that acted on the command line; null for an action over the network. */
export const operatorOf = ({ address }: Pick<AuditEntry, 'address'>): string | null =>
  /^command line \((.*)\)$/.exec(address ?? '')?.[1] ?? null;
