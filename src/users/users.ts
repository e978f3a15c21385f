import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { containing } from '../database/like.js';
import type { Page } from '../database/page.js';
import { isStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import { LoginName } from './login-name.entity.js';
import { checkNewUser, DEFAULT_ROLES, type NewUser, newAccount } from './new-user.js';
import { hashPassword } from './password-hash.js';
import { checkNewPassword, type PasswordPolicy, standardPasswordPolicy } from './password-policy.js';
import { displayPhone } from './phone.js';
import { checkEmail, type EmailPolicy, type Profile, profileColumns } from './profile.js';
import { Role } from './role.entity.js';
import { User } from './user.entity.js';

export type { NewUser } from './new-user.js';

/** Accounts: opening, finding and changing them. */
export class Users {
  readonly #listeners = new Set<(userId: number) => void>();

  constructor(
    private readonly db: Database,
    private readonly registrations: AddressLimit,
    private readonly clock: Clock,
  ) {}

  /**
   * Who logs in by this name, roles loaded; null when nobody does.
   * @param key a canonical name: what `loginName` or `canonicalPhone` made of the input.
   */
  async findByLoginName(em: EntityManager, key: string): Promise<User | null> {
    const id = await this.idOf(em, key);
    return id === null ? null : this.find(id, em);
  }

  /** Whose id it is; null when nobody logs in by this canonical name. */
  async idOf(em: EntityManager, key: string): Promise<number | null> {
    if (!isStorable(key)) return null;
    const found = await em.findOne(LoginName, { name: key });
    return found?.user.id ?? null;
  }

  /** The user by id, roles loaded; null when there is none. */
  find(id: number, em: EntityManager = this.db.em.fork()): Promise<User | null> {
    return em.findOne(User, { id }, { populate: ['roles'] });
  }

  /** Those of these users that exist, roles loaded. */
  findAll(ids: readonly number[]): Promise<User[]> {
    return this.db.em.fork().find(User, { id: { $in: [...new Set(ids)] } }, { populate: ['roles'] });
  }

  /** The user by id, roles loaded. @throws DomainError NOT_FOUND */
  async get(id: number, em: EntityManager = this.db.em.fork()): Promise<User> {
    const user = await this.find(id, em);
    if (!user) throw new DomainError('NOT_FOUND', 'There is no such user.');
    return user;
  }

  /**
   * Users by id, roles loaded; one more than the page has, where there is one more.
   * @param search part of a username, phone, name, nickname or email; empty for all.
   */
  list(search: string, { first, after }: Page): Promise<User[]> {
    const term = containing(search.trim());
    const matching = {
      $or: [{ username: term }, { phone: term }, { name: term }, { nickname: term }, { email: term }],
    };
    return this.db.em
      .fork()
      .find(
        User,
        { ...(search.trim() ? matching : {}), ...(after === null ? {} : { id: { $gt: after } }) },
        { orderBy: { id: 'asc' }, limit: first + 1, populate: ['roles'] },
      );
  }

  /**
   * Opens an account.
   * @param rule the door's, for new passwords.
   * @param emails the door's.
   * @throws DomainError INVALID_INPUT, CONFLICT (the name or phone is taken)
   */
  async create(
    input: NewUser,
    actor: Actor,
    rule: PasswordPolicy = standardPasswordPolicy,
    emails: EmailPolicy = 'address',
  ): Promise<User> {
    const { password, email } = input;
    checkEmail(email, emails);
    // Both before the hash: strangers may mistype as often as they like, and hashing is what costs.
    const { username, phone } = checkNewUser(input);
    if (password != null) await checkNewPassword(password, rule, [username, phone && displayPhone(phone)]);
    const passwordHash = password == null ? null : await hashPassword(password);
    return this.db.em.fork().transactional((em) => this.add(em, { ...input, passwordHash }, actor));
  }

  /**
   * `create` for somebody who asks for an account of their own, from whatever door.
   * @throws DomainError as `create` does, and THROTTLED past the limit of the address.
   */
  register(
    input: NewUser,
    address: string,
    rule: PasswordPolicy = standardPasswordPolicy,
    emails: EmailPolicy = 'address',
  ): Promise<User> {
    const actor = { userId: null, address };
    return this.registrations.spend(address, () => this.create(input, actor, rule, emails));
  }

  /** `create` within the caller's transaction, with the password hashed already. */
  async add(
    em: EntityManager,
    input: NewUser & { passwordHash: string | null },
    actor: Actor,
  ): Promise<User> {
    const now = new Date(this.clock());
    const { columns, names } = newAccount(input, now);
    const user = em.create(User, columns);
    user.roles.set(await findRoles(em, input.roles ?? DEFAULT_ROLES));
    for (const name of names) em.create(LoginName, { ...name, user });
    await em.flush().catch(rethrowTakenName);
    const granted = input.roles ? { detail: input.roles.join(' ') } : {};
    recordAudit(em, now, actor, { action: 'user.create', target: `user:${user.id}`, ...granted });
    await em.flush();
    return user;
  }

  /** @param emails the door's. @throws DomainError NOT_FOUND, INVALID_INPUT */
  async updateProfile(userId: number, profile: Profile, emails: EmailPolicy = 'address'): Promise<User> {
    const em = this.db.em.fork();
    const user = await this.get(userId, em);
    // An odd one that was imported may be sent back unchanged.
    if (profile.email !== user.email) checkEmail(profile.email, emails);
    em.assign(user, { ...profileColumns(profile), updatedAt: new Date(this.clock()) });
    await em.flush();
    for (const listener of this.#listeners) listener(userId);
    return user;
  }

  /** Calls back after a user has changed. @returns ends the subscription. */
  onChange(listener: (userId: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The roles of these codes. @throws DomainError INVALID_INPUT when one is unknown. */
export async function findRoles(em: EntityManager, codes: readonly string[]): Promise<Role[]> {
  const roles = await em.find(Role, { code: { $in: [...codes] } });
  const unknown = codes.find((code) => !roles.some((role) => role.code === code));
  if (unknown === undefined) return roles;
  throw new DomainError('INVALID_INPUT', 'There is no such role.', { field: 'roles' });
}

function rethrowTakenName(error: unknown): never {
  if (error instanceof UniqueConstraintViolationException) {
    throw new DomainError('CONFLICT', 'The username or phone is taken.', { field: 'username' });
  }
  throw error;
}
