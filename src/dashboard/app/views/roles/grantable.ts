import type { Permission } from '../../generated/graphql.js';

/** The permissions that a role can add to those that everybody has. */
const isGrantable: Record<Permission, boolean> = {
  PROFILE_OWN: false,
  SESSIONS_OWN: false,
  DEVICES_MANAGE: true,
  DEVICES_OWN: false,
  RELEASES_READ: false,
  DEVICES_READ: true,
  ADOPTION_READ: true,
  RELEASES_PUBLISH: true,
  USERS_READ: true,
  USERS_MANAGE: true,
  SESSIONS_READ: true,
  SESSIONS_MANAGE: true,
  AUDIT_READ: true,
  GATEWAY_READ: true,
};

const isPermission = (name: string): name is Permission => Object.hasOwn(isGrantable, name);

export const grantable: readonly Permission[] = Object.keys(isGrantable)
  .filter(isPermission)
  .filter((permission) => isGrantable[permission]);
