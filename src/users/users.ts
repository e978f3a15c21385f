import { randomInt } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../adapters/database.js';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';
import type { AddressLimit } from '../sessions/address-limit.js';
import { hashPassword, verifyPassword } from '../sessions/password.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { accountOf, type LoginThrottle } from '../sessions/throttle.js';
import { requireActive } from './active.js';
import { LoginName } from './login-name.entity.js';
import { loginNames } from './names.js';
import { checkTexts, type Profile, profileColumns } from './profile.js';
import { Role } from './role.entity.js';
import { type Employee, User, type UserStatus } from './user.entity.js';

/** A new account. It needs a username, a phone or both; null is the same as absent. */
export interface NewUser extends Profile {
  username?: string | null;
  phone?: string | null;
  /** Already known to belong to the person. */
  phoneVerified?: boolean;
  password?: string | null;
  userType?: string | null;
  openId?: string | null;
  countryCode?: string;
  status?: UserStatus;
  roles?: readonly string[] | null;
  employee?: Employee | null;
}

/** What an import keeps as the other system had it. */
type KeptColumns = Pick<
  User,
  | 'id'
  | 'userCode'
  | 'createdAt'
  | 'updatedAt'
  | 'licenseNumber'
  | 'licenseStatus'
  | 'licenseEffectDate'
  | 'licenseExpiresAt'
>;

/** The longest password the documented APIs accept. */
const LONGEST_PASSWORD = 100;

/** The shortest new password where no legacy document says otherwise. */
export const SHORTEST_PASSWORD = 8;

/** Accounts: opening, finding and changing them. */
export class Users {
  constructor(
    private readonly db: Database,
    private readonly sessions: Sessions,
    private readonly throttle: LoginThrottle,
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
    // PostgreSQL has no text with a NUL in it, so nobody has such a name.
    if (key.includes('\0')) return null;
    const found = await em.findOne(LoginName, { name: key });
    return found?.user.id ?? null;
  }

  /** The user by id, roles loaded; null when there is none. */
  find(id: number, em: EntityManager = this.db.em.fork()): Promise<User | null> {
    return em.findOne(User, { id }, { populate: ['roles'] });
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
  list(search: string, { first, after }: { first: number; after: number | null }): Promise<User[]> {
    const term = { $ilike: `%${search.trim().replace(/[\\%_]/g, '\\$&')}%` };
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
   * @param shortestPassword the door's rule for new passwords, in characters.
   * @throws DomainError INVALID_INPUT, CONFLICT (the name or phone is taken)
   */
  async create(input: NewUser, actor: Actor, shortestPassword = SHORTEST_PASSWORD): Promise<User> {
    const { password } = input;
    if (password != null) checkNewPassword(password, shortestPassword);
    const passwordHash = password == null ? null : await hashPassword(password);
    return this.db.em.fork().transactional((em) => this.add(em, { ...input, passwordHash }, actor));
  }

  /**
   * `create` for somebody who asks for an account of their own, from whatever door.
   * @throws DomainError as `create` does, and THROTTLED past the limit of the address.
   */
  register(input: NewUser, address: string, shortestPassword = SHORTEST_PASSWORD): Promise<User> {
    return this.registrations.spend(address, () =>
      this.create(input, { userId: null, address }, shortestPassword),
    );
  }

  /**
   * `create` within the caller's transaction, with the password hashed already.
   * @param kept columns that an import brings along.
   */
  async add(
    em: EntityManager,
    input: NewUser & { passwordHash: string | null },
    actor: Actor,
    kept: Partial<KeptColumns> = {},
  ): Promise<User> {
    const now = new Date(this.clock());
    checkTexts({ userType: input.userType, openId: input.openId });
    const names = loginNames(input);
    const user = em.create(User, {
      ...profileColumns(input),
      username: names.username?.text ?? null,
      phone: names.phone?.key ?? null,
      phoneVerifiedAt: input.phoneVerified ? now : null,
      passwordHash: input.passwordHash,
      userType: input.userType ?? null,
      type: input.type === undefined ? 1 : input.type,
      openId: input.openId ?? null,
      userCode: newUserCode(now.getTime()),
      employee: input.employee ?? null,
      createdAt: now,
      ...(input.countryCode ? { countryCode: input.countryCode } : {}),
      ...(input.status ? { status: input.status } : {}),
      ...kept,
    });
    user.roles.set(await findRoles(em, input.roles ?? ['MEMBER']));
    if (names.username) em.create(LoginName, { name: names.username.key, kind: 'username', user });
    if (names.phone) em.create(LoginName, { name: names.phone.key, kind: 'phone', user });
    await em.flush().catch(rethrowTakenName);
    recordAudit(em, now, actor, { action: 'user.create', target: `user:${user.id}` });
    await em.flush();
    return user;
  }

  /** @throws DomainError NOT_FOUND, INVALID_INPUT */
  async updateProfile(userId: number, profile: Profile): Promise<User> {
    const em = this.db.em.fork();
    const user = await this.get(userId, em);
    em.assign(user, { ...profileColumns(profile), updatedAt: new Date(this.clock()) });
    await em.flush();
    this.sessions.forget(userId);
    return user;
  }

  /**
   * Changes the caller's own password and ends their other sessions.
   * @throws DomainError ACCOUNT_DISABLED, PASSWORD_WRONG, INVALID_INPUT (in this order), THROTTLED
   */
  async changePassword(
    caller: Caller,
    passwords: { current: string; next: string },
    actor: Actor,
    shortestPassword = SHORTEST_PASSWORD,
  ): Promise<void> {
    const em = this.db.em.fork();
    const user = await this.get(caller.user.id, em);
    // Disabled since the session was looked at.
    requireActive(user);
    const who = { account: accountOf(user.id), address: actor.address ?? '', captcha: 'none' } as const;
    await this.throttle.attempt(who, async () => {
      if (!(await verifyPassword(user.passwordHash, passwords.current))) {
        throw new DomainError('PASSWORD_WRONG', 'The current password is wrong.');
      }
    });
    checkNewPassword(passwords.next, shortestPassword);
    const now = new Date(this.clock());
    user.passwordHash = await hashPassword(passwords.next);
    user.updatedAt = now;
    recordAudit(em, now, actor, { action: 'user.password', target: `user:${user.id}` });
    await em.flush();
    await this.sessions.revokeAll(user.id, caller.sessionId);
  }
}

/** @throws DomainError INVALID_INPUT; length is a rule for new passwords only, never at login. */
export function checkNewPassword(password: string, shortest: number): void {
  const length = [...password].length;
  if (length >= shortest && length <= LONGEST_PASSWORD) return;
  throw new DomainError('INVALID_INPUT', `A password has ${shortest} to ${LONGEST_PASSWORD} characters.`, {
    field: 'password',
  });
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

/** Milliseconds in the upper bits, chance in the lower 22, as the documented codes are made. */
function newUserCode(now: number): string {
  return String((BigInt(now - Date.UTC(2010, 10, 4)) << 22n) | BigInt(randomInt(2 ** 22)));
}
