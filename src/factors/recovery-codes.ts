import { randomInt } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { tokenHash } from '../sessions/tokens/token-signer.js';
import { RecoveryCode } from './recovery-code.entity.js';

export const DEFAULT_RECOVERY_CODES = 10;
export const MAX_RECOVERY_CODES = 20;
/** Crockford's base32: no letter looks like a digit, https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Of 5 bits each. */
const CHARACTERS = 16;
const GROUP = /.{4}(?!$)/g;

/** Gives an account new codes in the transaction of `em`. Its earlier ones stop working. @returns the codes. */
export async function replaceRecoveryCodes(
  em: EntityManager,
  userId: number,
  count = DEFAULT_RECOVERY_CODES,
): Promise<string[]> {
  await deleteRecoveryCodes(em, userId);
  const codes = Array.from({ length: count }, newCode);
  await em.insertMany(
    RecoveryCode,
    codes.map((code) => ({ user: userId, hash: hashOf(code) })),
  );
  return codes;
}

export async function deleteRecoveryCodes(em: EntityManager, userId: number): Promise<void> {
  await em.nativeDelete(RecoveryCode, { user: userId });
}

/** Uses a code up. @returns whether it was valid; of parallel uses, one is. */
export async function spendRecoveryCode(em: EntityManager, userId: number, code: string): Promise<boolean> {
  return (await em.nativeDelete(RecoveryCode, { user: userId, hash: hashOf(code) })) === 1;
}

export const countRecoveryCodes = (em: EntityManager, userId: number): Promise<number> =>
  em.count(RecoveryCode, { user: userId });

function newCode(): string {
  const characters = Array.from({ length: CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return characters.join('').replace(GROUP, '$&-');
}

/** As people may type it: in any case, with other separators, and with O and I for digits. */
const hashOf = (code: string): string =>
  tokenHash(
    code
      .slice(0, 64)
      .normalize('NFKC')
      .toUpperCase()
      .replace(/[^\dA-Z]/g, '')
      .replace(/O/g, '0')
      .replace(/[IL]/g, '1'),
  );
