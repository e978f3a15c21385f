import { useTranslation } from 'react-i18next';
import { en } from '../views/people/texts.js';

type BuiltIn = keyof typeof en.roles;

interface NamedRole {
  readonly code: string;
  readonly name?: string;
}

const isBuiltIn = (code: string): code is BuiltIn => Object.hasOwn(en.roles, code);

/** Built-in roles in the reader's language, others as their import named them. */
export function useRoleName(): (role: NamedRole) => string {
  const { t } = useTranslation();
  return ({ code, name }) => (isBuiltIn(code) ? t(`people.roles.${code}`) : (name ?? code));
}

/** Several in one phrase. @param codes with spaces between them, as the audit log keeps them. */
export function useRoleNames(): (codes: string) => string {
  const { i18n } = useTranslation();
  const roleName = useRoleName();
  const list = new Intl.ListFormat(i18n.language);
  return (codes) => list.format(codes.split(' ').map((code) => roleName({ code })));
}

/** What a role lets people do, in words. */
export function useRoleHint(): (role: NamedRole) => string {
  const { t } = useTranslation();
  return ({ code }) => (isBuiltIn(code) ? t(`people.roleHints.${code}`) : t('people.importedRole'));
}
