import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { columnsOf, type PropertyOf } from '../database/queries/columns.js';
import { integerArray } from '../database/queries/integer-array.js';
import type { Page, PageRequest } from '../database/queries/page.js';
import { countRows, type Row, readRows, toRows } from '../database/queries/rows.js';
import { inTable, searchPage } from '../database/queries/search.js';
import { isStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import type { AccountChanges } from './account-changes.js';
import { requireAuthorityToGrant } from './authority.js';
import { findByName } from './names/find-by-name.js';
import { LoginName } from './names/login-name.entity.js';
import { readLoginName, requireNoPhone } from './names/login-names.js';
import { requireFreeNames } from './names/taken-names.js';
import {
  type AccountPolicy,
  checkNewUser,
  DEFAULT_ROLES,
  type NewUser,
  newAccount,
  standardAccountPolicy,
} from './new-user.js';
import { hashPassword } from './passwords/password-hash.js';
import { checkNewPassword } from './passwords/password-policy.js';
import { endResetLink } from './passwords/stored-password.js';
import { displayPhone } from './phone.js';
import { checkEmail, type EmailPolicy, type Profile, profileColumns } from './profile.js';
import { Role } from './role.entity.js';
import { User, type UserKind } from './user.entity.js';
import { searchUsers } from './user-search.js';

export type { NewUser } from './new-user.js';

/** The names by which people are known and found. */
export type UserNames = Pick<User, 'username' | 'phone' | 'name' | 'nickname'>;

/** @param user as it is after the change. @param before the names before it. */
type ChangeListener = (user: User, before: UserNames) => void;

/** Creates, finds and changes accounts. */
export class Users {
  readonly #listeners = new Set<ChangeListener>();

  constructor(
    private readonly db: Database,
    private readonly registrationLimit: AddressLimit,
    private readonly changes: AccountChanges,
    private readonly clock: Clock,
  ) {}

  /** @param input a username or phone in any spelling. @returns the user, roles loaded, or null. */
  async findByLoginName(em: EntityManager, input: string): Promise<User | null> {
    const name = readLoginName(input);
    return isStorable(name.username) ? findByName(em, name) : null;
  }

  /** @param phone canonical. @returns the user, roles loaded, or null. */
  findByPhone(em: EntityManager, phone: string): Promise<User | null> {
    return findByName(em, { username: null, phone });
  }

  /** @returns the user, roles loaded, or null. */
  find(id: number, em: EntityManager = this.db.em.fork()): Promise<User | null> {
    return em.findOne(User, { id }, { populate: ['roles'] });
  }

  /** @returns the users that exist, in no particular order. */
  findAll<K extends PropertyOf<User>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<User, K | 'id'>[]> {
    return readRows(this.db.em, User, { id: { $in: [...new Set(ids)] } }, properties);
  }

  /** @returns the roles of each user that has any, by user id. */
  async rolesOf<K extends PropertyOf<Role>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Map<number, Row<Role, K | 'code'>[]>> {
    const { em } = this.db;
    const meta = em.getMetadata().get(Role);
    const read = ['code' as const, ...properties];
    const found = await em.execute<({ user_key: number } & Record<string, unknown>)[]>(
      `select user_id as user_key, ${columnsOf(meta, read, 'roles')} from user_roles
       join roles on roles.id = role_id where user_id = any(?::int[]) order by roles.id`,
      [integerArray(ids)],
    );
    const byUser = Map.groupBy(found, ({ user_key: id }) => id);
    return new Map([...byUser].map(([id, roles]) => [id, toRows(em, meta, read, roles)]));
  }

  /** @returns the user, roles loaded. @throws DomainError NOT_FOUND */
  async get(id: number, em: EntityManager = this.db.em.fork()): Promise<User> {
    const user = await this.find(id, em);
    if (!user) throw new DomainError('NOT_FOUND', 'There is no such user.');
    return user;
  }

  /**
   * Users in the order of the request.
   * @param search part of a username, phone, name, nickname or email; empty matches everyone.
   * @param kind null for accounts of any kind.
   */
  list<K extends PropertyOf<User>>(
    search: string,
    request: PageRequest<K>,
    kind: UserKind | null = null,
  ): Promise<Page<Row<User, K>>> {
    return searchPage(this.db.em, User, searchUsers(search, kind), request);
  }

  /** The number of users that `list` selects. */
  count(search: string, kind: UserKind | null = null): Promise<number> {
    return countRows(this.db.em, User, inTable(searchUsers(search, kind)));
  }

  /**
   * Creates an account.
   * @throws DomainError INVALID_INPUT, FORBIDDEN (a role may do more than the actor), CONFLICT (the username or phone is
   * taken)
   */
  async create(input: NewUser, actor: Actor, policy: AccountPolicy = standardAccountPolicy): Promise<User> {
    const { password, email } = input;
    // Everything is checked before the expensive hash, because invalid input is not rate-limited.
    checkEmail(email, policy.email);
    const { username, phone } = checkNewUser(input);
    if (password != null) {
      await checkNewPassword(password, policy.password, [username, phone && displayPhone(phone)]);
    }
    const passwordHash = password == null ? null : await hashPassword(password);
    return this.db.em.fork().transactional((em) => this.add(em, { ...input, passwordHash }, actor));
  }

  /**
   * Creates an account for an anonymous caller.
   * @throws DomainError as `create` does, and THROTTLED past the limit of the address.
   */
  register(input: NewUser, address: string, policy = standardAccountPolicy): Promise<User> {
    const actor = { userId: null, address };
    return this.registrationLimit.spend(address, () => {
      requireNoPhone(input.username);
      return this.create(input, actor, policy);
    });
  }

  /** Creates an account in the caller's transaction, with a hash instead of a password. */
  async add(
    em: EntityManager,
    input: NewUser & { passwordHash: string | null },
    actor: Actor,
  ): Promise<User> {
    const now = new Date(this.clock());
    const { columns, names } = newAccount(input, now);
    await requireFreeNames(em, names);
    const roles = await findRoles(em, input.roles ?? DEFAULT_ROLES);
    const granted = roles.flatMap(({ permissions }) => permissions);
    await requireAuthorityToGrant(em, actor, granted);
    const user = em.create(User, columns);
    user.roles.set(roles);
    for (const name of names) em.create(LoginName, { ...name, user });
    await em.flush();
    const chosen = input.roles ? { detail: input.roles.join(' ') } : {};
    recordAudit(em, now, actor, { action: 'user.create', target: userTarget(user.id), ...chosen });
    await em.flush();
    return user;
  }

  /** @throws DomainError NOT_FOUND, INVALID_INPUT */
  async updateProfile(
    userId: number,
    profile: Profile,
    emailPolicy: EmailPolicy = standardAccountPolicy.email,
  ): Promise<User> {
    const em = this.db.em.fork();
    const user = await this.get(userId, em);
    // The legacy APIs accept any email, and clients send the whole profile back.
    if (profile.email !== user.email) checkEmail(profile.email, emailPolicy);
    const { username, phone, name, nickname, email } = user;
    em.assign(user, { ...profileColumns(profile), updatedAt: new Date(this.clock()) });
    await em.transactional(async () => {
      await em.flush();
      // It may have been sent to the old address.
      if (user.email !== email) await endResetLink(em, userId);
      await this.changes.record(em, userId);
    });
    this.announceChange(user, { username, phone, name, nickname });
    return user;
  }

  /**
   * Marks the phone as verified. The first verification removes the password, which another person may have set who
   * registered this phone.
   * @returns whether this was the first verification.
   */
  async markPhoneVerified(em: EntityManager, user: User, actor: Actor): Promise<boolean> {
    if (user.phoneVerifiedAt) return false;
    const now = new Date(this.clock());
    const updated = await em.nativeUpdate(
      User,
      { id: user.id, phoneVerifiedAt: null },
      { phoneVerifiedAt: now, passwordHash: null },
    );
    if (updated === 0) return false;
    await endResetLink(em, user.id);
    recordAudit(em, now, actor, { action: 'user.phone-proven', target: userTarget(user.id) });
    await em.flush();
    return true;
  }

  /** Must follow every change of what `onChange` is about. @param before as in `ChangeListener`. */
  announceChange(user: User, before: UserNames): void {
    for (const listener of this.#listeners) listener(user, before);
  }

  /** Calls back after the names or the profile of a user have changed. @returns a function that unsubscribes. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * The roles to grant, which cannot be deleted until the end of the transaction of `em`.
 * @throws DomainError INVALID_INPUT if a code is unknown
 */
export async function findRoles(em: EntityManager, codes: readonly string[]): Promise<Role[]> {
  const roles = await em.find(Role, { code: { $in: [...codes] } }, { lockMode: LockMode.PESSIMISTIC_READ });
  if (codes.every((code) => roles.some((role) => role.code === code))) return roles;
  throw new DomainError('INVALID_INPUT', 'roles must be codes of existing roles.', { field: 'roles' });
}
