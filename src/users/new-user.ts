import { randomInt } from 'node:crypto';
import { parseLoginNames } from './names/login-names.js';
import { type PasswordPolicy, standardPasswordPolicy } from './passwords/password-policy.js';
import { callingCode } from './phone.js';
import { checkTexts, type EmailPolicy, type Profile, profileColumns } from './profile.js';
import type { Employee, User, UserKind, UserStatus } from './user.entity.js';

/** A new account. It needs a username, a phone or both. */
export interface NewUser extends Profile {
  username?: string | null;
  phone?: string | null;
  /** Whether the user has proved that the phone is theirs. */
  phoneVerified?: boolean;
  password?: string | null;
  userType?: string | null;
  openId?: string | null;
  /** By default that of the phone. */
  countryCode?: string | null;
  status?: UserStatus;
  kind?: UserKind;
  /** Codes; MEMBER by default. */
  roles?: readonly string[] | null;
  employee?: Employee | null;
}

/** What an API requires of new accounts. */
export interface AccountPolicy {
  readonly password: PasswordPolicy;
  readonly email: EmailPolicy;
}

/** Applies where no legacy document sets another rule. */
export const standardAccountPolicy: AccountPolicy = { password: standardPasswordPolicy, email: 'valid' };

/** Columns that an import takes over from the other system. */
export type ImportedColumns = Pick<
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

export const DEFAULT_ROLES: readonly string[] = ['MEMBER'];

/**
 * The rows of a new account. Nothing is saved.
 * @throws DomainError INVALID_INPUT
 */
export function newAccount(
  input: NewUser & { passwordHash: string | null },
  now: Date,
  imported: Partial<ImportedColumns> = {},
) {
  checkTexts({ userType: input.userType, openId: input.openId });
  const { username, phone, names } = parseLoginNames(input);
  const countryCode = input.countryCode ?? (input.phone == null ? null : callingCode(input.phone));
  const columns = {
    ...profileColumns(input),
    username,
    phone,
    phoneVerifiedAt: input.phoneVerified ? now : null,
    passwordHash: input.passwordHash,
    userType: input.userType ?? null,
    type: input.type === undefined ? 1 : input.type,
    openId: input.openId ?? null,
    userCode: imported.userCode ?? newUserCodes(now, 1)[0] ?? '',
    employee: input.employee ?? null,
    createdAt: now,
    ...(countryCode ? { countryCode } : {}),
    ...(input.status ? { status: input.status } : {}),
    ...(input.kind ? { kind: input.kind } : {}),
    ...imported,
  };
  return { columns, names };
}

/**
 * Checks everything but the password and whether the names are free.
 * @returns the names that the account would have.
 * @throws DomainError INVALID_INPUT
 */
export function checkNewUser(input: NewUser): Pick<User, 'username' | 'phone'> {
  return newAccount({ ...input, passwordHash: null }, new Date()).columns;
}

/**
 * Snowflake-like codes, as the documents show them: milliseconds in the upper bits, random in the lower 22. Codes of
 * one call are consecutive, because random ones would soon repeat within a millisecond.
 */
export function newUserCodes(now: Date, count: number): string[] {
  const first = (BigInt(now.getTime() - Date.UTC(2010, 10, 4)) << 22n) | BigInt(randomInt(2 ** 22 - count));
  return Array.from({ length: count }, (_, index) => String(first + BigInt(index)));
}
