import type { EntityManager } from '@mikro-orm/postgresql';
import { nodeId } from '../database/node-id.js';
import { DomainError } from '../errors.js';
import { LoginName } from '../users/names/login-name.entity.js';
import type { NewLoginName } from '../users/names/login-names.js';
import { TakenNames, takenNames } from '../users/names/taken-names.js';
import { displayPhone } from '../users/phone.js';
import { User } from '../users/user.entity.js';
import type { ImportedAccount } from './imported-user.js';

/** A line of the imported file, and the account in it. */
export interface AccountLine {
  readonly line: number;
  readonly account: ImportedAccount;
}

/** The lines of a file that named a stored account, by user id. */
export type LinesByUser = ReadonlyMap<number, number | undefined>;

/** `create`, the account that the line matches, or why it is neither. */
export type Decision = 'create' | { readonly userId: number } | DomainError;

/** What tells people apart, by field. */
type Identity = Readonly<Record<string, unknown>>;

/** Names and keys that are taken by stored accounts, or by the lines whose accounts are about to be created. */
interface Taken {
  readonly storedNames: TakenNames<number>;
  readonly storedUsers: ReadonlyMap<number, Identity>;
  readonly namesByLine: TakenNames<number>;
  /** User ids by the keys of the account, see `keysOf`. */
  readonly usersByKey: ReadonlyMap<string, number>;
  readonly linesByKey: ReadonlyMap<string, number>;
  readonly linesByUser: LinesByUser;
}

/**
 * Decides in order which accounts to create. A line that shares a name, an id or a userCode with an earlier line, or with
 * an account that it does not match, is a conflict.
 */
export async function decide(
  em: EntityManager,
  lines: readonly AccountLine[],
  earlier: LinesByUser,
): Promise<Decision[]> {
  const names = lines.flatMap(({ account }) => account.names);
  const storedNames = await takenNames(em, names);
  const ids = [
    ...names.flatMap((name) => storedNames.ownerOf(name) ?? []),
    ...lines.flatMap(({ account }) => account.id ?? []),
  ];
  const userCodes = lines.flatMap(({ account }) => account.identity.userCode ?? []);
  const storedUsers = await readIdentities(em, ids, userCodes);
  const usersByKey = new Map(
    [...storedUsers].flatMap(([id, user]) => keysOf(user).map(({ key }) => [key, id])),
  );
  const namesByLine = new TakenNames<number>();
  const linesByKey = new Map<string, number>();
  const linesByUser = new Map([...storedUsers.keys()].map((id) => [id, earlier.get(id)]));
  const taken = { storedNames, storedUsers, usersByKey, namesByLine, linesByKey, linesByUser };
  return lines.map(({ line, account }) => {
    const decision = decideOne(account, taken);
    if (decision === 'create') {
      for (const name of account.names) namesByLine.add(name, line);
      for (const { key } of keysOf(account.identity)) linesByKey.set(key, line);
    } else if (!(decision instanceof DomainError)) linesByUser.set(decision.userId, line);
    return decision;
  });
}

function decideOne(account: ImportedAccount, taken: Taken): Decision {
  const collisions = account.names.flatMap((name) => {
    const line = taken.namesByLine.ownerOf(name);
    const userId = taken.storedNames.ownerOf(name);
    return line === undefined && userId === undefined ? [] : [{ name, ...ownerOf(line, userId, taken) }];
  });
  const [first] = collisions;
  if (!first) return decideByKeys(account, taken);
  if (first.userId === undefined || collisions.some(({ userId }) => userId !== first.userId)) {
    const clauses = collisions.map(({ name, owner }) => `${describe(name, account)} ${owner}`);
    return conflict(first.name.kind, `${clauses.join('; ')}.`);
  }
  const differences = differingFields(account, taken.storedUsers.get(first.userId) ?? {});
  if (differences.length === 0) return { userId: first.userId };
  const fields = new Intl.ListFormat('en').format(differences);
  return conflict(
    first.name.kind,
    `${describe(first.name, account)} ${first.owner}, which differs in ${fields}.`,
  );
}

/** For an account whose names are free. */
function decideByKeys({ identity }: ImportedAccount, taken: Taken): Decision {
  for (const { field, key } of keysOf(identity)) {
    const line = taken.linesByKey.get(key);
    const userId = taken.usersByKey.get(key);
    if (line !== undefined || userId !== undefined)
      return conflict(field, `${key} ${ownerOf(line, userId, taken).owner}.`);
  }
  return 'create';
}

/** The values that are unique to an account, besides login names. */
const keysOf = (identity: Identity): { field: string; key: string }[] =>
  ['id', 'userCode'].flatMap((field) =>
    identity[field] === undefined ? [] : [{ field, key: `${field} ${identity[field]}` }],
  );

/** @returns `userId` only for an account that no earlier line named. */
function ownerOf(line: number | undefined, userId: number | undefined, { linesByUser }: Taken) {
  const earlierLine = line ?? linesByUser.get(userId ?? 0);
  if (earlierLine !== undefined) return { owner: `is already in line ${earlierLine}` };
  return { userId, owner: `belongs to ${nodeId('user', userId ?? 0)}` };
}

const describe = ({ kind, name }: NewLoginName, { columns }: ImportedAccount): string =>
  kind === 'username' ? `username ${JSON.stringify(columns.username)}` : `phone ${displayPhone(name)}`;

const conflict = (field: string, message: string) => new DomainError('CONFLICT', message, { field });

/** The fields in which a line is about another person than the account. It may leave out all but the login names. */
function differingFields({ names, identity }: ImportedAccount, stored: Identity): string[] {
  const brought: Identity = { ...namesByKind(names), ...identity };
  return Object.keys(brought).filter((field) => brought[field] !== stored[field]);
}

const namesByKind = (names: readonly Pick<LoginName, 'name' | 'kind'>[]) => ({
  username: names.find(({ kind }) => kind === 'username')?.name,
  phone: names.find(({ kind }) => kind === 'phone')?.name,
});

async function readIdentities(
  em: EntityManager,
  ids: readonly number[],
  userCodes: readonly string[],
): Promise<Map<number, Identity>> {
  const users = await em.find(
    User,
    { $or: [{ id: { $in: [...new Set(ids)] } }, { userCode: { $in: [...userCodes] } }] },
    { fields: ['id', 'name', 'openId', 'userCode'] },
  );
  const names = await em.find(LoginName, { user: { $in: users.map(({ id }) => id) } });
  const byUser = Map.groupBy(names, ({ user }) => user.id);
  return new Map(
    users.map(({ id, name, openId, userCode }) => [
      id,
      { id, name, openId, userCode, ...namesByKind(byUser.get(id) ?? []) },
    ]),
  );
}
