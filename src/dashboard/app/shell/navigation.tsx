import { NavLink } from '@mantine/core';
import {
  IconActivityHeartbeat,
  IconDevices2,
  IconHistory,
  IconLogin2,
  IconPackage,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { usePermission } from '../session/session-context.js';

/** Each view with the permission that it needs. */
const views = [
  { to: '/', title: 'fleet.title', icon: IconDevices2, permission: 'DEVICES_OWN' },
  { to: '/releases', title: 'releases.title', icon: IconPackage, permission: 'RELEASES_READ' },
  { to: '/people', title: 'people.title', icon: IconUsers, permission: 'USERS_READ' },
  { to: '/sessions', title: 'sessions.title', icon: IconLogin2, permission: 'SESSIONS_READ' },
  { to: '/audit', title: 'audit.title', icon: IconHistory, permission: 'AUDIT_READ' },
  { to: '/health', title: 'health.title', icon: IconActivityHeartbeat, permission: 'GATEWAY_READ' },
  { to: '/account', title: 'account.title', icon: IconUserCircle, permission: 'PROFILE_OWN' },
] as const;

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const may = usePermission();
  return (
    <>
      {views
        .filter(({ permission }) => may(permission))
        .map(({ to, title, icon: Icon }) => {
          const active =
            to === '/' ? pathname === to || pathname.startsWith('/devices/') : pathname.startsWith(to);
          return (
            <NavLink
              key={to}
              component={Link}
              to={to}
              active={active}
              aria-current={active ? 'page' : undefined}
              label={t(title)}
              leftSection={<Icon size={20} stroke={1.6} aria-hidden />}
              onClick={onNavigate}
            />
          );
        })}
    </>
  );
}
