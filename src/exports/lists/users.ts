import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import type { PropertyOf } from '../../database/queries/columns.js';
import { idsInOrder, rowsInOrder } from '../../database/queries/ids-in-order.js';
import { inTable } from '../../database/queries/search.js';
import { displayPhone } from '../../users/phone.js';
import { User } from '../../users/user.entity.js';
import { userOrder } from '../../users/user-order.js';
import { searchUsers } from '../../users/user-search.js';
import type { Users } from '../../users/users.js';
import type { ExportedList } from '../export-request.js';
import type { ExportedRows } from './exported-rows.js';

const READ = [
  ...(['id', 'kind', 'username', 'phone', 'name', 'nickname', 'email', 'gender'] as const),
  ...(['status', 'userCode', 'createdAt', 'updatedAt'] as const),
] as const satisfies PropertyOf<User>[];

const columns = [
  ...['id', 'kind', 'username', 'phone', 'name', 'nickname', 'email', 'gender', 'status', 'roles', 'code'],
  ...['createdAt', 'updatedAt'],
];

/** The accounts that a search finds. */
export function exportedUsers(
  { db, users }: { readonly db: Database; readonly users: Users },
  { search, kind, order }: Extract<ExportedList, { name: 'users' }>,
): ExportedRows {
  return {
    permission: 'users:read',
    columns,
    ids() {
      const sorting = userOrder(order?.field ?? null, order?.direction);
      return idsInOrder(db.em, User, inTable(searchUsers(search, kind)), sorting);
    },
    async read(ids) {
      const people = await rowsInOrder(db.em, User, ids, READ);
      const roles = await users.rolesOf([...ids], ['code']);
      return people.map((user) => [
        ...[nodeId('user', user.id), user.kind, user.username, user.phone && displayPhone(user.phone)],
        ...[user.name, user.nickname, user.email, user.gender, user.status],
        (roles.get(user.id) ?? []).map(({ code }) => code),
        ...[user.userCode, user.createdAt, user.updatedAt],
      ]);
    },
  };
}
