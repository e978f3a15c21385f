import { DomainError } from '../errors.js';
import { type User, UserKind, UserStatus } from './user.entity.js';

/** @throws DomainError ACCOUNT_DISABLED */
export function requireActive({ status }: Pick<User, 'status'>): void {
  if (status !== UserStatus.ACTIVE) throw new DomainError('ACCOUNT_DISABLED', 'The account is disabled.');
}

/** Refuses what only people have: a password, a phone, and logins. @throws DomainError FORBIDDEN */
export function requirePerson({ kind }: Pick<User, 'kind'>): void {
  if (kind === UserKind.PERSON) return;
  throw new DomainError('FORBIDDEN', 'A service account does not sign in: it uses API keys.');
}
