import type { User } from './user.entity.js';

/** What others are shown of a person; null for who has a phone alone, which is for nobody else. */
export const displayName = ({
  nickname,
  name,
  username,
}: Pick<User, 'nickname' | 'name' | 'username'>): string | null => nickname || name || username;
