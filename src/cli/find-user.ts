import { readId } from '../database/row-id.js';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';
import { canonicalLoginName } from '../users/login-names.js';
import type { User } from '../users/user.entity.js';

/** Describes the argument that `findUser` accepts. */
export const USER_ARGUMENT = 'username, phone, or id such as id:64';

/** Finds the user that an argument names. @throws DomainError NOT_FOUND */
export async function findUser({ users, db }: Pick<Services, 'users' | 'db'>, name: string): Promise<User> {
  const id = name.startsWith('id:') ? readId(name.slice('id:'.length)) : null;
  const user =
    id === null ? await users.findByLoginName(db.em.fork(), canonicalLoginName(name)) : await users.find(id);
  if (user) return user;
  const looksLikeId = /^\d{1,5}$/.test(name);
  throw new DomainError(
    'NOT_FOUND',
    looksLikeId ? `There is no user ${name}. Write an id as id:${name}.` : `There is no user ${name}.`,
  );
}
