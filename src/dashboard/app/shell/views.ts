import {
  IconActivityHeartbeat,
  IconDevices2,
  IconHistory,
  IconLogin2,
  IconPackage,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';

/** Each view with the permission that it needs, and the key that opens it after `g`. */
export const views = [
  { to: '/', title: 'fleet.title', icon: IconDevices2, permission: 'DEVICES_OWN', shortcut: 'd' },
  { to: '/releases', title: 'releases.title', icon: IconPackage, permission: 'RELEASES_READ', shortcut: 'r' },
  { to: '/people', title: 'people.title', icon: IconUsers, permission: 'USERS_READ', shortcut: 'u' },
  { to: '/sessions', title: 'sessions.title', icon: IconLogin2, permission: 'SESSIONS_READ', shortcut: 's' },
  { to: '/audit', title: 'audit.title', icon: IconHistory, permission: 'AUDIT_READ', shortcut: 'a' },
  {
    to: '/health',
    title: 'health.title',
    icon: IconActivityHeartbeat,
    permission: 'GATEWAY_READ',
    shortcut: 'h',
  },
  { to: '/account', title: 'account.title', icon: IconUserCircle, permission: 'PROFILE_OWN', shortcut: 'c' },
] as const;
