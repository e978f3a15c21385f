import { NavLink } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { usePermission } from '../session/session-context.js';
import { views } from './views.js';

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
