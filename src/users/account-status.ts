import { DomainError } from '../errors.js';
import { type User, UserStatus } from './user.entity.js';

/** @throws DomainError ACCOUNT_DISABLED */
export function requireActive({ status }: Pick<User, 'status'>): void {
  if (status !== UserStatus.ACTIVE) throw new DomainError('ACCOUNT_DISABLED', 'The account is disabled.');
}
