import { useTranslation } from 'react-i18next';
import { en } from '../../views/audit/texts.js';
import { useApiName } from '../../views/people/door-name.js';
import { useRoleNames } from '../role-name.js';
import { operatorOf } from './operator.js';
import type { AuditEntry } from './sentence-key.js';

type Reason = keyof typeof en.reasons;

const isReason = (code: string): code is Reason => Object.hasOwn(en.reasons, code);

/** What else is known of an entry beside who did what: through which API, why not, and from where. */
export function useEntryDetails(): (entry: AuditEntry) => string {
  const { t } = useTranslation();
  const doorName = useApiName();
  const roleNames = useRoleNames();
  const detailOf = ({ action, detail }: AuditEntry): string[] => {
    if (!detail) return [];
    const [first = '', second = ''] = detail.split(' ');
    if (action === 'session.refuse') {
      return [isReason(second) ? t(`audit.reasons.${second}`) : second, doorName(first)];
    }
    if (action.startsWith('session.')) return [doorName(first)];
    if (action !== 'user.create') return [];
    return [t('audit.withRoles', { roles: roleNames(detail) })];
  };
  const originOf = (entry: AuditEntry) => {
    const account = operatorOf(entry);
    return account === null ? entry.address : t('audit.commandLine', { account });
  };
  return (entry) => [...detailOf(entry), originOf(entry)].filter(Boolean).join(' · ');
}
