import { integerKey, keyOf } from '../../database/node-id.js';
import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import type { User } from '../../users/user.entity.js';

/** Describes the argument that `findUser` accepts. */
export const USER_ARGUMENT = 'username, phone, or id such as user_64';

/** Finds the user that an argument names. @throws DomainError NOT_FOUND */
export async function findUser({ users, db }: Pick<Services, 'users' | 'db'>, name: string): Promise<User> {
  const id = readUserId(name);
  const user = id === null ? await users.findByLoginName(db.em.fork(), name) : await users.find(id);
  if (user) return user;
  const looksLikeId = /^\d{1,5}$/.test(name);
  throw new DomainError(
    'NOT_FOUND',
    looksLikeId ? `There is no user ${name}. Write an id as user_${name}.` : `There is no user ${name}.`,
  );
}

/** `user_64`, or `id:64` as earlier versions wrote it; null for a username or a phone. */
const readUserId = (name: string): number | null =>
  integerKey(name.startsWith('id:') ? name.slice('id:'.length) : keyOf('user', name));
