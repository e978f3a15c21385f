import { useTranslation } from 'react-i18next';
import type { RolesQuery } from '../generated/graphql.js';
import { en } from './texts.js';

type Role = Pick<RolesQuery['roles'][number], 'code' | 'permissions'>;

const isBuiltIn = (code: string): code is keyof typeof en.roleHints => Object.hasOwn(en.roleHints, code);

/** Describes what a role allows: a built-in one in its own words, others by their permissions. */
export function useRoleHint(): (role: Role) => string {
  const { t, i18n } = useTranslation();
  const list = new Intl.ListFormat(i18n.language);
  return ({ code, permissions }) => {
    if (isBuiltIn(code)) return t(`domain.roleHints.${code}`);
    if (permissions.length === 0) return t('domain.memberRole');
    const allowed = permissions.map((permission) => t(`domain.permissions.${permission}`));
    return t('domain.otherRole', { permissions: list.format(allowed) });
  };
}
