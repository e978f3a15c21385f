import type { User } from './user.entity.js';

/**
 * Whether a role of the account requires a second factor that it does not have.
 * @param user roles loaded.
 */
export const mustEnroll = ({
  secondFactorSince,
  roles,
}: Pick<User, 'secondFactorSince' | 'roles'>): boolean =>
  secondFactorSince === null && roles.getItems().some(({ requiresSecondFactor }) => requiresSecondFactor);
