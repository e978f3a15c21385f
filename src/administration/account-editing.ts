import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { AccountChanges } from '../users/account-changes.js';
import { requirePerson } from '../users/account-status.js';
import { requireAuthorityOver } from '../users/authority.js';
import { LoginName } from '../users/names/login-name.entity.js';
import { parseLoginNames } from '../users/names/login-names.js';
import { requireFreeNames } from '../users/names/taken-names.js';
import { endResetLink } from '../users/passwords/stored-password.js';
import { callingCode, displayPhone } from '../users/phone.js';
import { checkEmail, checkTexts, type Profile, profileColumns } from '../users/profile.js';
import { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/** What an administrator can change of an account. Undefined leaves a field unchanged, and null clears it. */
export interface AccountEdit extends Profile {
  username?: string | null;
  phone?: string | null;
  /** Whether the owner has proved that a new phone is theirs. */
  phoneVerified?: boolean;
  userType?: string | null;
}

/** Changes of login names and profiles by administrators. */
export class AccountEditing {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly changes: AccountChanges,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes an account, and records which fields.
   * @throws DomainError NOT_FOUND, FORBIDDEN (the account may do more than the actor), INVALID_INPUT, CONFLICT (the
   * username or phone is taken)
   */
  async edit(userId: number, edit: AccountEdit, actor: Actor): Promise<User> {
    const { user, before } = await this.db.em.fork().transactional(async (em) => {
      const found = await this.#lock(em, userId);
      await requireAuthorityOver(em, actor, found);
      const { username, phone, name, nickname } = found;
      const now = new Date(this.clock());
      const changed = changesOf(found, {
        ...profileOf(found, edit),
        ...(await this.#names(em, found, edit, now)),
      });
      if (Object.keys(changed).length > 0) {
        em.assign(found, { ...changed, updatedAt: now });
        const detail = Object.keys(changed).filter(isShown).join(' ');
        recordAudit(em, now, actor, { action: 'user.update', target: userTarget(userId), detail });
        await em.flush();
        // It was sent to the phone or address that the person no longer has.
        if (ADDRESSES.some((name) => name in changed)) await endResetLink(em, userId);
        await this.changes.record(em, userId);
      }
      return { user: found, before: { username, phone, name, nickname } };
    });
    this.users.announceChange(user, before);
    return user;
  }

  async #lock(em: EntityManager, id: number): Promise<User> {
    if (!(await em.findOne(User, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE }))) {
      throw new DomainError('NOT_FOUND', 'There is no such user.');
    }
    return this.users.get(id, em);
  }

  /** Replaces the login names. @returns the columns that follow from them. */
  async #names(em: EntityManager, user: User, edit: AccountEdit, now: Date): Promise<Partial<User>> {
    if (edit.username === undefined && edit.phone === undefined) return {};
    if (edit.phone != null) requirePerson(user);
    const phone = edit.phone === undefined ? user.phone && displayPhone(user.phone) : edit.phone;
    const next = parseLoginNames({
      username: edit.username === undefined ? user.username : edit.username,
      phone,
    });
    await requireFreeNames(em, next.names, user.id);
    const stored = await em.find(LoginName, { user: user.id });
    const isIn = (
      names: readonly Pick<LoginName, 'name' | 'kind'>[],
      { name, kind }: Pick<LoginName, 'name' | 'kind'>,
    ) => names.some((other) => other.name === name && other.kind === kind);
    for (const name of stored) if (!isIn(next.names, name)) em.remove(name);
    // Removed first: a name may become one of the other kind.
    await em.flush();
    for (const name of next.names) if (!isIn(stored, name)) em.create(LoginName, { ...name, user });
    const { username } = next;
    if (next.phone === user.phone) return { username };
    const countryCode = phone === null ? null : callingCode(phone);
    return {
      username,
      phone: next.phone,
      phoneVerifiedAt: edit.phoneVerified && next.phone !== null ? now : null,
      ...(countryCode ? { countryCode } : {}),
    };
  }
}

/** Where a person receives links. */
const ADDRESSES: readonly (keyof User)[] = ['phone', 'email'];

/** @throws DomainError INVALID_INPUT */
function profileOf(user: User, { userType, ...profile }: AccountEdit): Partial<User> {
  if (profile.email !== user.email) checkEmail(profile.email, 'valid');
  checkTexts({ userType });
  return { ...profileColumns(profile), ...(userType === undefined ? {} : { userType }) };
}

const changesOf = (user: User, columns: Partial<User>): Partial<User> =>
  Object.fromEntries(Object.entries(columns).filter(([name, value]) => user[name as keyof User] !== value));

/** Whether the audit log names the column. The others follow from the phone. */
const isShown = (column: string): boolean => column !== 'phoneVerifiedAt' && column !== 'countryCode';
