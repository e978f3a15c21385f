import type { User } from './user.entity.js';

/** The name that other people see; null for a user with a phone only, because phones are private. */
export const displayName = ({
  nickname,
  name,
  username,
}: Pick<User, 'nickname' | 'name' | 'username'>): string | null => nickname || name || username;
