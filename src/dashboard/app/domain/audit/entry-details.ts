import { useTranslation } from 'react-i18next';
import { apiOf, useApiName } from '../api-name.js';
import { useRoleNames } from '../role-name.js';
import { en as domain } from '../texts.js';
import { operatorOf } from './operator.js';
import type { AuditEntry } from './sentence-key.js';
import { en } from './texts.js';

type Reason = keyof typeof en.reasons;

const isField = (name: string): name is keyof typeof domain.fields => Object.hasOwn(domain.fields, name);

const isPermission = (name: string): name is keyof typeof domain.permissions =>
  Object.hasOwn(domain.permissions, name);

type Means = keyof typeof en.resetBy;

const isMeans = (detail: string): detail is Means => Object.hasOwn(en.resetBy, detail);

const isReason = (code: string): code is Reason => Object.hasOwn(en.reasons, code);

type DeviceField = keyof typeof en.deviceFields;

const isDeviceField = (field: string): field is DeviceField => Object.hasOwn(en.deviceFields, field);

/** Formats the API, the reason of a refusal, the roles, the edited fields and the address of an entry. */
export function useEntryDetails(): (entry: AuditEntry) => string {
  const { t } = useTranslation();
  const apiName = useApiName();
  const roleNames = useRoleNames();
  /** The fields that forms show; an operator can change others. */
  const fieldNames = (detail: string): string =>
    detail
      .split(' ')
      .map((field) => (isField(field) ? t(`domain.fields.${field}`) : field))
      .join(', ');
  const permissionNames = (detail: string): string =>
    detail
      .split(' ')
      .slice(1)
      .map((name) => (isPermission(name) ? t(`domain.permissions.${name}`) : name))
      .join(', ');
  const detailsOf = ({ action, detail }: AuditEntry): (string | null)[] => {
    if (!detail) return [];
    const [name = '', reason = ''] = detail.split(' ');
    const api = apiOf(name);
    if (action === 'SESSION_REFUSE' || action === 'USER_RESET_REFUSE') {
      return [isReason(reason) ? t(`auditEntry.reasons.${reason}`) : reason, api && apiName(api)];
    }
    if (action === 'SESSION_REVOKE_ALL') return [t('auditEntry.revoked', { count: Number(detail) })];
    if (action.endsWith('_EXPORT')) {
      return [t('auditEntry.exported', { format: name.replace('_', ' '), count: Number(reason) })];
    }
    if (action.startsWith('KEY_')) return [name];
    if (action.startsWith('SESSION_')) return [api && apiName(api)];
    if (action.startsWith('ROLE_')) return [permissionNames(detail)];
    if (action === 'USER_UPDATE') return [fieldNames(detail)];
    if (action === 'USER_PASSWORD_RESET' && isMeans(detail)) return [t(`auditEntry.resetBy.${detail}`)];
    if (action === 'DEVICE_UPDATE') {
      return detail
        .split(' ')
        .map((field) => (isDeviceField(field) ? t(`auditEntry.deviceFields.${field}`) : field));
    }
    if (action !== 'USER_CREATE') return [];
    return [t('auditEntry.withRoles', { roles: roleNames(detail) })];
  };
  const originOf = (entry: AuditEntry) => {
    const account = operatorOf(entry);
    return account === null ? entry.address : t('auditEntry.commandLine', { account });
  };
  return (entry) => [...detailsOf(entry), originOf(entry)].filter(Boolean).join(' · ');
}
