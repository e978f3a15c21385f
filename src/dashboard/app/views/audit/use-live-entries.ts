import { useEffect, useState } from 'react';
import { useLiveConnection } from '../../client/live-connection-context.js';
import type { AuditEntry } from '../../domain/audit/sentence-key.js';
import {
  AuditEntriesAddedDocument,
  type AuditEntriesAddedSubscription,
  type AuditFilter,
} from '../../generated/graphql.js';

/** Entries that are kept in the page: more would slow it down. */
const MOST_ENTRIES = 500;

/**
 * The entries that were recorded after a cursor, the latest first.
 * @param filter must keep its identity between renders.
 * @param since null for none.
 */
export function useLiveEntries(filter: AuditFilter, since: string | null): readonly AuditEntry[] {
  const connection = useLiveConnection();
  const [added, setAdded] = useState<{ since: string | null; entries: readonly AuditEntry[] }>(none);
  useEffect(() => {
    setAdded({ since, entries: [] });
    if (since === null) return;
    const onEvent = ({ auditEntriesAdded: { entries, cursor } }: AuditEntriesAddedSubscription) => {
      setAdded((before) => ({
        since,
        entries: withoutRepetitions([...entries.toReversed(), ...before.entries]).slice(0, MOST_ENTRIES),
      }));
      return cursor;
    };
    return connection.subscribeWithRecovery(AuditEntriesAddedDocument, { filter, since }, onEvent, () => {});
  }, [connection, filter, since]);
  return added.since === since ? added.entries : none.entries;
}

const none = { since: null, entries: [] };

/** A subscriber that resumes may receive entries again. */
export function withoutRepetitions(entries: readonly AuditEntry[]): AuditEntry[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}
