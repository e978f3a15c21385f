import type { User } from './user.entity.js';

/** The properties of a user that `displayName` takes. */
export const displayNameProperties = ['nickname', 'name', 'username'] as const;

/** The name that other people see; null for a user with a phone only, because phones are private. */
export const displayName = ({
  nickname,
  name,
  username,
}: Pick<User, (typeof displayNameProperties)[number]>): string | null => nickname || name || username;
