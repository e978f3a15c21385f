import { User } from '../../src/users/user.entity.js';
import type { TestGateway } from './gateway.js';

/** The accounts whose usernames begin with this, by id, roles loaded. */
export const accountsOf = ({ services }: TestGateway, prefix: string): Promise<User[]> =>
  services.db.em
    .fork()
    .find(User, { username: { $like: `${prefix}%` } }, { orderBy: { id: 'asc' }, populate: ['roles'] });
