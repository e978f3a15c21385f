import DataLoader from 'dataloader';
import type { User } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/** Reads what many rows of one answer refer to in one query. */
export interface Loaders {
  readonly users: DataLoader<number, User | null>;
}

/** Nothing is kept: the context of a subscription lives as long as its socket. */
export const createLoaders = ({ users }: { readonly users: Users }): Loaders => ({
  users: new DataLoader(
    async (ids) => {
      const found = new Map((await users.findAll(ids)).map((user) => [user.id, user]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false },
  ),
});
