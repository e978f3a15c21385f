import { useTranslation } from 'react-i18next';
import { useApiName } from '../api-name.js';
import { useRoleNames } from '../role-name.js';
import { operatorOf } from './operator.js';
import type { AuditEntry } from './sentence-key.js';
import { en } from './texts.js';

type Reason = keyof typeof en.reasons;

const isReason = (code: string): code is Reason => Object.hasOwn(en.reasons, code);

/** Formats the API, the reason of a refusal, the roles and the address of an entry. */
export function useEntryDetails(): (entry: AuditEntry) => string {
  const { t } = useTranslation();
  const apiName = useApiName();
  const roleNames = useRoleNames();
  const detailsOf = ({ action, detail }: AuditEntry): string[] => {
    if (!detail) return [];
    const [api = '', reason = ''] = detail.split(' ');
    if (action === 'session.refuse') {
      return [isReason(reason) ? t(`auditEntry.reasons.${reason}`) : reason, apiName(api)];
    }
    if (action.startsWith('session.')) return [apiName(api)];
    if (action !== 'user.create') return [];
    return [t('auditEntry.withRoles', { roles: roleNames(detail) })];
  };
  const originOf = (entry: AuditEntry) => {
    const account = operatorOf(entry);
    return account === null ? entry.address : t('auditEntry.commandLine', { account });
  };
  return (entry) => [...detailsOf(entry), originOf(entry)].filter(Boolean).join(' · ');
}
