import type { EntityManager } from '@mikro-orm/postgresql';
import { integerArray } from '../database/queries/integer-array.js';
import { timeOfStep } from './totp.js';

/** What proves that someone is the owner of an account, beside a password or a phone. */
export type FactorMethod = 'TOTP' | 'PASSKEY' | 'RECOVERY_CODE';

/** The second factors of an account, without its passkeys. */
export interface AccountFactors {
  readonly userId: number;
  /** The ways in which it can prove one; empty without one. */
  readonly methods: readonly FactorMethod[];
  /** Since when it has one. */
  readonly since: Date | null;
  /** Null without an app. */
  readonly authenticator: AuthenticatorUse | null;
  readonly recoveryCodesLeft: number;
  /** Whether a role of the account requires one. */
  readonly required: boolean;
}

/** When an authenticator app was used. */
export interface AuthenticatorUse {
  readonly addedAt: Date;
  /** The start of the half minute of the latest code, that which confirmed the app included. */
  readonly lastUsedAt: Date;
}

interface FactorsRow {
  readonly userId: number;
  /** Milliseconds, as is the next one. */
  readonly since: number | null;
  readonly addedAt: number | null;
  readonly lastStep: number | null;
  readonly hasPasskey: boolean;
  readonly recoveryCodesLeft: number;
  readonly required: boolean;
}

/** Reads the factors of accounts in one statement. @returns those of accounts that exist, by user id. */
export async function readAccountFactors(
  em: EntityManager,
  userIds: Iterable<number>,
): Promise<Map<number, AccountFactors>> {
  const rows = await em.execute<FactorsRow[]>(
    `select u.id as "userId",
       (extract(epoch from u.second_factor_since) * 1000)::float8 as since,
       (extract(epoch from app.confirmed_at) * 1000)::float8 as "addedAt",
       app.last_step as "lastStep",
       exists (select from passkeys where user_id = u.id) as "hasPasskey",
       (select count(*)::int from recovery_codes where user_id = u.id) as "recoveryCodesLeft",
       exists (
         select from user_roles join roles on roles.id = role_id
         where user_id = u.id and requires_second_factor
       ) as required
     from users u left join authenticators app on app.user_id = u.id and app.secret is not null
     where u.id = any(?::int[])`,
    [integerArray(userIds)],
  );
  return new Map(rows.map((row) => [row.userId, toFactors(row)]));
}

function toFactors({ userId, since, recoveryCodesLeft, required, ...row }: FactorsRow): AccountFactors {
  const authenticator = appOf(row);
  return {
    userId,
    methods: [
      ...(row.hasPasskey ? ['PASSKEY' as const] : []),
      ...(authenticator ? ['TOTP' as const] : []),
      ...(recoveryCodesLeft > 0 ? ['RECOVERY_CODE' as const] : []),
    ],
    since: since === null ? null : new Date(since),
    authenticator,
    recoveryCodesLeft,
    required,
  };
}

function appOf({ addedAt, lastStep }: Pick<FactorsRow, 'addedAt' | 'lastStep'>): AuthenticatorUse | null {
  if (addedAt === null || lastStep === null) return null;
  // The code that confirmed the app is from a half minute that began before.
  const lastUsedAt = Math.max(addedAt, timeOfStep(lastStep).getTime());
  return { addedAt: new Date(addedAt), lastUsedAt: new Date(lastUsedAt) };
}
