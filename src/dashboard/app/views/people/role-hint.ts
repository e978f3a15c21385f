import { useTranslation } from 'react-i18next';
import { en } from './texts.js';

const isBuiltIn = (code: string): code is keyof typeof en.roleHints => Object.hasOwn(en.roleHints, code);

/** Describes the permissions of a role. Roles that are not built in have those of a member. */
export function useRoleHint(): (role: { readonly code: string }) => string {
  const { t } = useTranslation();
  return ({ code }) => (isBuiltIn(code) ? t(`people.roleHints.${code}`) : t('people.importedRole'));
}
