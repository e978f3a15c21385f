import type { AuditEntry } from './sentence-key.js';

/** The account of the operating system whose command line acted; null for an entry from a network address. */
export const operatorOf = ({ address }: Pick<AuditEntry, 'address'>): string | null =>
  /^command line \((.*)\)$/.exec(address ?? '')?.[1] ?? null;
