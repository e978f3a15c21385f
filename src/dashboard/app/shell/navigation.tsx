import { NavLink } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { usePermission } from '../session/session-context.js';
import { views } from './views.js';

/** Pages that are reached from a view, and belong to it. */
const innerPages: Readonly<Record<string, string>> = { '/': '/devices/', '/people': '/roles' };

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const may = usePermission();
  return (
    <>
      {views
        .filter(({ permission }) => may(permission))
        .map(({ to, title, icon: Icon }) => {
          const inner = innerPages[to];
          const isView = to === '/' ? pathname === to : pathname.startsWith(to);
          const active = isView || (inner !== undefined && pathname.startsWith(inner));
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
              // The default has too little contrast while the pointer is on the active view.
              __vars={active ? { '--nl-hover': 'var(--nl-bg)' } : {}}
            />
          );
        })}
    </>
  );
}
