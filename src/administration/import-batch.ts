import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import { LoginName } from '../users/names/login-name.entity.js';
import { User } from '../users/user.entity.js';
import { type AccountLine, type Decision, decide, type LinesByUser } from './import-conflicts.js';
import { ImportedRoles } from './import-roles.js';
import type { ImportedAccount } from './imported-user.js';

/** The account that a line created or matches, or why the line was rejected. A matching account is not changed. */
export type ImportOutcome = { readonly status: 'created' | 'exists'; readonly userId: number } | DomainError;

/** The operator of an import, and its time. */
export interface ImportContext {
  readonly actor: Actor;
  readonly now: Date;
}

/**
 * Inserts the accounts whose names and ids are free, within the caller's transaction. It takes a dozen statements,
 * whatever the number of accounts.
 * @returns an outcome for each line, in order.
 */
export async function insertAccounts(
  em: EntityManager,
  lines: readonly AccountLine[],
  earlier: LinesByUser,
  context: ImportContext,
): Promise<ImportOutcome[]> {
  const roles = await ImportedRoles.read(
    em,
    lines.map(({ account }) => account),
  );
  const decisions = checkRoles(lines, await decide(em, lines, earlier), roles);
  const creating = lines.filter((_, index) => decisions[index] === 'create').map(({ account }) => account);
  const ids = (await insertRows(em, creating, await roles.save(em), context)).values();
  return decisions.map((decision) => {
    if (decision instanceof DomainError) return decision;
    if (decision === 'create') return { status: 'created', userId: ids.next().value ?? 0 };
    return { status: 'exists', ...decision };
  });
}

/** Replaces the decision to create an account by a conflict where the ids of its roles contradict others. */
function checkRoles(
  lines: readonly AccountLine[],
  decisions: readonly Decision[],
  roles: ImportedRoles,
): Decision[] {
  return decisions.map((decision, index) => {
    if (decision !== 'create') return decision;
    const imported = lines[index]?.account.importedRoles ?? [];
    const conflict = roles.conflictOf(imported);
    if (!conflict) roles.add(imported);
    return conflict ?? decision;
  });
}

/** @returns the ids of the accounts, in order. */
async function insertRows(
  em: EntityManager,
  accounts: readonly ImportedAccount[],
  roleIds: ReadonlyMap<string, number>,
  { actor, now }: ImportContext,
): Promise<number[]> {
  if (accounts.length === 0) return [];
  const ids = await chooseIds(em, accounts);
  const rows = accounts.map((account, index) => ({ ...account, id: ids[index] ?? 0 }));
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
  for (const { id, roles, importedRoles } of rows) {
    const granted = importedRoles.length > 0 ? { detail: roles.join(' ') } : {};
    recordAudit(em, now, actor, { action: 'user.create', target: userTarget(id), ...granted });
  }
  await em.flush();
  return ids;
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
