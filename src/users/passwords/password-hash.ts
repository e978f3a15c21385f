import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { verify as bcryptVerify } from '@node-rs/bcrypt';
import pLimit from 'p-limit';
import { DomainError } from '../../errors.js';
import { isIntact, normalizePassword, passwordForms } from './password-text.js';

/** OWASP's minimum for argon2id, the library's default variant: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One hash for each core. More would not finish sooner, and each holds 19 MiB. */
const pool = pLimit(availableParallelism());

/** Behind a longer queue, clients would time out before their turn. Logins wait in `LoginAttempts`, in turns. */
const MAX_QUEUE_LENGTH = 500;

/** Hashes that are being computed, and those that wait for a core. */
export const hashQueue = (): { readonly running: number; readonly waiting: number } => ({
  running: pool.activeCount,
  waiting: pool.pendingCount,
});

const derive = promisify(pbkdf2);

/** A hash from another system, with salt and hash as that system stored them. */
export type LegacyHash =
  | { readonly scheme: 'bcrypt'; readonly hash: string }
  | { readonly scheme: 'pbkdf2-sha1'; readonly salt: string; readonly hash: string }
  | { readonly scheme: 'md5-salt-first' | 'md5-salt-last'; readonly salt: string; readonly hash: string };

/** The stored form of an imported hash until its owner's next login: `$scheme$base64url(salt)$hex`. */
export function encodeLegacyHash(legacy: LegacyHash): string {
  if (legacy.scheme === 'bcrypt') return legacy.hash;
  return `$${legacy.scheme}$${Buffer.from(legacy.salt).toString('base64url')}$${legacy.hash.toLowerCase()}`;
}

/** @throws DomainError UNAVAILABLE when the queue is full */
export function hashPassword(password: string): Promise<string> {
  return queued(() => argon2Hash(normalizePassword(password), ARGON2));
}

/** Verified in place of a missing or cheap hash, so that the time does not reveal it. */
const decoy = argon2Hash('nobody', ARGON2);

/** How a password compares to a stored hash. */
export interface Verification {
  readonly matches: boolean;
  /** Whether to replace a hash that matches: it has another scheme, other parameters, or is not of the normal form. */
  readonly isOutdated: boolean;
  /** Milliseconds of hashing, without the time in the queue. */
  readonly tookMs: number;
}

/**
 * Whether the password matches the stored hash. A mismatch takes the time of one hash, argon2id or the stored bcrypt,
 * for each form of the password; `PasswordVerifier` hides that difference at login.
 * @param stored null when the account has no password.
 * @throws DomainError UNAVAILABLE when the queue is full
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  return (await verification(stored, password)).matches;
}

/** As `verifyPassword`, with the age of the hash and the time of the hashing. */
export function verification(stored: string | null, password: string): Promise<Verification> {
  const [normal, ...olderForms] = passwordForms(password);
  const comparable = isIntact(password) ? stored : null;
  return queued(async () => {
    const start = performance.now();
    const matchesNormal = await matchesStored(comparable, normal ?? password);
    const matches = matchesNormal || (await matchesAny(comparable, olderForms));
    const isOutdated = !matchesNormal || (comparable !== null && needsRehash(comparable));
    return { matches, isOutdated, tookMs: performance.now() - start };
  });
}

async function matchesAny(stored: string | null, passwords: readonly string[]): Promise<boolean> {
  for (const password of passwords) {
    if (await matchesStored(stored, password)) return true;
  }
  return false;
}

async function matchesStored(stored: string | null, password: string): Promise<boolean> {
  if (stored?.startsWith('$argon2')) return argon2Verify(stored, password);
  if (stored?.startsWith('$2')) return bcryptVerify(password, stored);
  const matches = stored !== null && (await matchesDigest(stored, password));
  if (!matches) await argon2Verify(await decoy, password);
  return matches;
}

/** Whether a hash has another scheme or other parameters than new hashes. */
export const needsRehash = (stored: string): boolean =>
  !stored.startsWith(`$argon2id$v=19$m=${ARGON2.memoryCost},t=${ARGON2.timeCost},p=${ARGON2.parallelism}$`);

async function matchesDigest(stored: string, password: string): Promise<boolean> {
  const [, scheme, encodedSalt = '', hex = ''] = stored.split('$');
  const salt = Buffer.from(encodedSalt, 'base64url');
  const expected = Buffer.from(hex, 'hex');
  const actual = await digest(scheme, password, salt);
  return actual !== null && actual.length === expected.length && timingSafeEqual(actual, expected);
}

async function digest(scheme: string | undefined, password: string, salt: Buffer): Promise<Buffer | null> {
  switch (scheme) {
    case 'pbkdf2-sha1':
      return derive(password, salt, 10_000, 24, 'sha1');
    case 'md5-salt-first':
      return createHash('md5').update(salt).update(password).digest();
    case 'md5-salt-last':
      return createHash('md5').update(password).update(salt).digest();
    default:
      return null;
  }
}

async function queued<T>(work: () => Promise<T>): Promise<T> {
  if (pool.pendingCount >= MAX_QUEUE_LENGTH) {
    throw new DomainError('UNAVAILABLE', 'Too many logins are waiting; try again later.', {
      retryAfter: 5,
    });
  }
  return pool(work);
}
