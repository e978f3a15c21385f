import { readId } from '../database/row-id.js';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';
import { canonicalLoginName } from '../users/login-names.js';
import type { User } from '../users/user.entity.js';

/** How a command line names a user. */
export const USER_ARGUMENT = 'username, phone, or an id such as id:64';

/** Whom a command line names. @throws DomainError NOT_FOUND */
export async function findUser({ users, db }: Services, name: string): Promise<User> {
  const id = name.startsWith('id:') ? readId(name.slice('id:'.length)) : null;
  const user =
    id === null ? await users.findByLoginName(db.em.fork(), canonicalLoginName(name)) : await users.find(id);
  if (user) return user;
  const isMaybeId = /^\d{1,5}$/.test(name);
  throw new DomainError(
    'NOT_FOUND',
    isMaybeId ? `There is no user ${name}; an id is written id:${name}.` : `There is no user ${name}.`,
  );
}
