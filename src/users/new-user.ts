import { randomInt } from 'node:crypto';
import type { LoginName } from './login-name.entity.js';
import { parseLoginNames } from './login-names.js';
import { checkTexts, type Profile, profileColumns } from './profile.js';
import type { Employee, User, UserStatus } from './user.entity.js';

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
export type KeptColumns = Pick<
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

/** The roles of who is given none. */
export const DEFAULT_ROLES: readonly string[] = ['MEMBER'];

/**
 * The row of a new account, and the names it logs in by; nothing is written.
 * @param kept columns that an import brings along.
 * @throws DomainError INVALID_INPUT
 */
export function newAccount(
  input: NewUser & { passwordHash: string | null },
  now: Date,
  kept: Partial<KeptColumns> = {},
) {
  checkTexts({ userType: input.userType, openId: input.openId });
  const { username, phone } = parseLoginNames(input);
  const names: Pick<LoginName, 'name' | 'kind'>[] = [];
  if (username) names.push({ name: username.key, kind: 'username' });
  if (phone) names.push({ name: phone.key, kind: 'phone' });
  const columns = {
    ...profileColumns(input),
    username: username?.text ?? null,
    phone: phone?.key ?? null,
    phoneVerifiedAt: input.phoneVerified ? now : null,
    passwordHash: input.passwordHash,
    userType: input.userType ?? null,
    type: input.type === undefined ? 1 : input.type,
    openId: input.openId ?? null,
    userCode: kept.userCode ?? newUserCodes(now, 1)[0] ?? '',
    employee: input.employee ?? null,
    createdAt: now,
    ...(input.countryCode ? { countryCode: input.countryCode } : {}),
    ...(input.status ? { status: input.status } : {}),
    ...kept,
  };
  return { columns, names };
}

/**
 * The names of an account that can be made of it, if they are free; nothing is looked up.
 * @throws DomainError INVALID_INPUT
 */
export function checkNewUser(input: NewUser): Pick<User, 'username' | 'phone'> {
  return newAccount({ ...input, passwordHash: null }, new Date()).columns;
}

/**
 * Milliseconds in the upper bits, chance in the lower 22, as the documented codes are made; those made at once
 * count on from there, for among hundreds chance alone would soon repeat one.
 */
export function newUserCodes(now: Date, count: number): string[] {
  const first = (BigInt(now.getTime() - Date.UTC(2010, 10, 4)) << 22n) | BigInt(randomInt(2 ** 22 - count));
  return Array.from({ length: count }, (_, index) => String(first + BigInt(index)));
}
