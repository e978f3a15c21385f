import { useTranslation } from 'react-i18next';
import { en } from './texts.js';

type BuiltInRole = keyof typeof en.roles;

interface Role {
  readonly code: string;
  readonly name?: string;
}

const isBuiltIn = (code: string): code is BuiltInRole => Object.hasOwn(en.roles, code);

/** Built-in roles in the page's language, imported ones by their own name. */
export function useRoleName(): (role: Role) => string {
  const { t } = useTranslation();
  return ({ code, name }) => (isBuiltIn(code) ? t(`domain.roles.${code}`) : (name ?? code));
}

/** A list such as `Member and Publisher`. @param codes separated by spaces, as in the audit log. */
export function useRoleNames(): (codes: string) => string {
  const { i18n } = useTranslation();
  const roleName = useRoleName();
  const list = new Intl.ListFormat(i18n.language);
  return (codes) => list.format(codes.split(' ').map((code) => roleName({ code })));
}
