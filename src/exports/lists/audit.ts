import { shownAction } from '../../audit/audit.js';
import { AuditEntry, ShownAction } from '../../audit/audit-entry.entity.js';
import { selectEntries } from '../../audit-log/audit-filter.js';
import { auditOrder } from '../../audit-log/audit-log.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import type { PropertyOf } from '../../database/queries/columns.js';
import { idsInOrder, rowsInOrder } from '../../database/queries/ids-in-order.js';
import { inTable } from '../../database/queries/search.js';
import type { Users } from '../../users/users.js';
import type { ExportedList } from '../export-request.js';
import type { ExportedRows } from './exported-rows.js';

const READ = [
  ...(['id', 'at', 'action', 'actorId', 'target', 'address', 'detail'] as const),
] as const satisfies PropertyOf<AuditEntry>[];

const columns = ['id', 'at', 'action', 'actorId', 'actor', 'target', 'address', 'detail'];

/** The names of actions in the API, by the stored action. */
const names = new Map(Object.entries(ShownAction).map(([name, stored]) => [stored, name]));

/** The audit entries that a filter selects. */
export function exportedAudit(
  { db, users }: { readonly db: Database; readonly users: Users },
  { filter }: Extract<ExportedList, { name: 'audit' }>,
): ExportedRows {
  return {
    permission: 'audit:read',
    columns,
    ids: () => idsInOrder(db.em, AuditEntry, inTable(selectEntries(filter)), auditOrder),
    async read(ids) {
      const entries = await rowsInOrder(db.em, AuditEntry, ids, READ);
      const actorIds = entries.flatMap(({ actorId }) => actorId ?? []);
      const actors = await users.findAll(actorIds, ['username', 'phone']);
      const byId = new Map(actors.map((actor) => [actor.id, actor]));
      return entries.map(({ id, at, action, actorId, target, address, detail }) => {
        const actor = actorId === null ? undefined : byId.get(actorId);
        return [
          ...[nodeId('auditEntry', id), at, names.get(shownAction({ action })) ?? null],
          ...[actorId === null ? null : nodeId('user', actorId), actor?.username ?? actor?.phone ?? null],
          ...[target, address, detail],
        ];
      });
    },
  };
}
