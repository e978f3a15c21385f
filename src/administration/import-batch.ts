import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import { LoginName } from '../users/login-name.entity.js';
import { Role } from '../users/role.entity.js';
import { User } from '../users/user.entity.js';
import type { ImportedAccount } from './imported-user.js';

/** `exists`: an account already has one of the names. It is not changed. */
export type ImportOutcome = 'created' | 'exists' | DomainError;

/**
 * Inserts the accounts whose names and ids are free, within the caller's transaction. It takes a dozen statements,
 * whatever the number of accounts.
 * @returns an outcome for each account, in order.
 */
export async function insertAccounts(
  em: EntityManager,
  accounts: readonly ImportedAccount[],
  actor: Actor,
  now: Date,
): Promise<ImportOutcome[]> {
  const outcomes = await decide(em, accounts);
  const creating = accounts.filter((_, index) => outcomes[index] === 'created');
  if (creating.length === 0) return outcomes;
  const roleIds = await ensureRoles(em, creating);
  const ids = await chooseIds(em, creating);
  const rows = creating.map((account, index) => ({ ...account, id: ids[index] ?? 0 }));
  await em.insertMany(
    User,
    rows.map(({ id, columns }) => ({ ...columns, id })),
  );
  await em.insertMany(
    LoginName,
    rows.flatMap(({ id, names }) => names.map((name) => ({ ...name, user: id }))),
  );
  const grants = rows.flatMap(({ id, roles }) =>
    [...new Set(roles)].map((code) => ({ user_id: id, role_id: roleIds.get(code) })),
  );
  await em.execute(
    'insert into user_roles select * from json_to_recordset(?) as t(user_id int, role_id int)',
    [JSON.stringify(grants)],
  );
  for (const { id } of rows) recordAudit(em, now, actor, { action: 'user.create', target: userTarget(id) });
  await em.flush();
  return outcomes;
}

/** Decides in order: the names and ids of an earlier account are taken for the later ones. */
async function decide(em: EntityManager, accounts: readonly ImportedAccount[]): Promise<ImportOutcome[]> {
  const names = accounts.flatMap((account) => account.names.map(({ name }) => name));
  const ids = accounts.map(({ id }) => id).filter((id) => id !== null);
  const taken = await em.find(LoginName, { name: { $in: names } }, { fields: ['name', 'user'] });
  const owners = new Map<string, unknown>(taken.map(({ name, user }) => [name, user.id]));
  const users = await em.find(User, { id: { $in: ids } }, { fields: ['id'] });
  const takenIds = new Set(users.map(({ id }) => id));
  return accounts.map((account) => {
    const own = account.names.map(({ name }) => owners.get(name)).filter((owner) => owner !== undefined);
    if (new Set(own).size > 1) {
      return new DomainError('CONFLICT', 'username and phone belong to different accounts.', {
        field: 'username',
      });
    }
    if (own.length > 0) return 'exists';
    if (account.id !== null && takenIds.has(account.id)) {
      return new DomainError('CONFLICT', 'id belongs to another account.', { field: 'id' });
    }
    for (const { name } of account.names) owners.set(name, account);
    if (account.id !== null) takenIds.add(account.id);
    return 'created';
  });
}

/** The imported id of each account, or a new one from the sequence. */
async function chooseIds(em: EntityManager, accounts: readonly ImportedAccount[]): Promise<number[]> {
  const own = accounts.map(({ id }) => id).filter((id) => id !== null);
  if (own.length > 0) {
    await em.execute(`select setval('users_id_seq', greatest(?, (select last_value from users_id_seq)))`, [
      Math.max(...own),
    ]);
  }
  const fresh = await em.execute<{ id: string }[]>(
    `select nextval('users_id_seq') as id from generate_series(1, ?)`,
    [accounts.length - own.length],
  );
  const next = fresh.values();
  return accounts.map(({ id }) => id ?? Number(next.next().value?.id));
}

/**
 * Creates the roles that do not exist, without permissions.
 * @returns the ids of all roles, by code.
 * @throws DomainError CONFLICT if an imported id belongs to another role.
 */
async function ensureRoles(
  em: EntityManager,
  accounts: readonly ImportedAccount[],
): Promise<Map<string, number>> {
  const codes = accounts.flatMap(({ roles }) => roles);
  const imported = new Map(
    accounts.flatMap(({ importedRoles }) => importedRoles).map((role) => [role.code, role]),
  );
  const importedIds = [...imported.values()].flatMap(({ id }) => id ?? []);
  const known = await em.find(Role, { $or: [{ code: { $in: codes } }, { id: { $in: importedIds } }] });
  const ids = new Map(known.map(({ code, id }) => [code, id]));
  const missing = [...imported.values()].filter(({ code }) => !ids.has(code));
  if (missing.length === 0) return ids;
  requireFreeIds(
    missing.flatMap(({ id }) => id ?? []),
    new Set(ids.values()),
  );
  const create = async (roles: typeof missing) => {
    const created = roles.map(({ id, ...role }) =>
      em.create(Role, { ...role, permissions: [], ...(id === undefined ? {} : { id }) }),
    );
    await em.flush();
    for (const { code, id } of created) ids.set(code, id);
  };
  await create(missing.filter(({ id }) => id !== undefined));
  // Built-in and imported roles have ids that did not come from the sequence.
  await em.execute(`select setval('roles_id_seq', (select max(id) from roles))`);
  await create(missing.filter(({ id }) => id === undefined));
  return ids;
}

function requireFreeIds(roleIds: readonly number[], taken: Set<number>): void {
  for (const id of roleIds) {
    if (taken.has(id)) {
      throw new DomainError('CONFLICT', 'roles must not contain the id of another role.', { field: 'roles' });
    }
    taken.add(id);
  }
}
