import { registerEnumType } from 'type-graphql';
import { type Permission, permissionName, permissions } from '../users/permissions.js';

/** What each permission allows. */
const descriptions: Record<Permission, string> = {
  'profile:own': 'Read and change your own profile and password.',
  'sessions:own': 'List and end your own sessions, and approve logins by scanning.',
  'devices:own': 'Send heartbeats, and read your own devices.',
  'releases:read': 'Read releases.',
  'releases:publish': 'Publish and withdraw releases.',
  'adoption:read': 'Read how many devices run which version.',
  'users:read': 'Read the accounts of all users, and the roles.',
  'users:manage': 'Create, change and delete accounts and roles.',
  'sessions:read': 'List the sessions of all users.',
  'sessions:manage': 'End the sessions of all users.',
  'devices:read': 'Read the devices of all users.',
  'devices:manage': 'Change what is noted about devices, their channels and their intervals.',
  'audit:read': 'Read the audit log.',
  'gateway:read': 'Read how the nodes of the gateway work.',
};

/** Registered with its values from `permissions`: the schema shows names, resolvers return the permissions. */
export const PermissionEnum: Record<string, Permission> = Object.fromEntries(
  permissions.map((permission) => [permissionName(permission), permission]),
);
registerEnumType(PermissionEnum, {
  name: 'Permission',
  description: 'What a session can be allowed to do.',
  valuesConfig: Object.fromEntries(
    permissions.map((permission) => [permissionName(permission), { description: descriptions[permission] }]),
  ),
});
