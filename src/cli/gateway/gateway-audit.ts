import { z } from 'zod';
import type { GatewayClient } from './gateway-client.js';
import { follow } from './live-client.js';

const PAGE_SIZE = 100;

const Name = z.object({ id: z.string(), username: z.string().nullable(), phone: z.string().nullable() });

/** An entry as the gateway returns it. `--json` prints all fields. */
const AuditEntry = z.object({
  id: z.string(),
  at: z.string(),
  action: z.string(),
  actor: Name.nullable(),
  target: z.string().nullable(),
  address: z.string().nullable(),
  detail: z.string().nullable(),
});

export type AuditEntry = z.output<typeof AuditEntry>;

const Page = z.object({
  auditLog: z.object({
    edges: z.array(z.object({ node: AuditEntry })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

const Cursor = z.object({ auditCursor: z.string() });

const Added = z.object({
  auditEntriesAdded: z.object({ entries: z.array(AuditEntry), cursor: z.string() }),
});

/** Yields pages of entries, the latest first. @throws GatewayError */
export async function* listAudit(
  client: GatewayClient,
  filter: object,
  limit: number,
): AsyncGenerator<AuditEntry[]> {
  let after: string | null = null;
  for (let listed = 0; listed < limit; listed += PAGE_SIZE) {
    const first = Math.min(PAGE_SIZE, limit - listed);
    const { auditLog }: z.output<typeof Page> = await client.execute(
      'AuditLog',
      { filter, first, after },
      Page,
    );
    yield auditLog.edges.map(({ node }) => node);
    if (!auditLog.pageInfo.hasNextPage) return;
    after = auditLog.pageInfo.endCursor;
  }
}

interface AuditListeners {
  onEntries(entries: readonly AuditEntry[]): void;
  onDisconnect(): void;
}

/** Calls back with entries as they are recorded. @throws GatewayError */
export async function followAudit(
  client: GatewayClient,
  filter: object,
  { onEntries, onDisconnect }: AuditListeners,
): Promise<never> {
  // Without a cursor, a connection that is lost before the first entry would continue with the latest one.
  const { auditCursor } = await client.execute('AuditLog', { filter, first: 1, withCursor: true }, Cursor);
  return follow(client, {
    operation: 'AuditEntriesAdded',
    variables: { filter, since: auditCursor },
    data: Added,
    onEvent({ auditEntriesAdded: { entries, cursor } }) {
      onEntries(entries);
      return cursor;
    },
    onDisconnect,
  });
}
