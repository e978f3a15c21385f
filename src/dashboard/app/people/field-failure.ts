import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { useFailureText } from '../feedback/failure-text.js';
import { en } from './texts.js';

/** The fields of accounts with which something can be wrong. */
export type AccountField = keyof typeof en.invalid;

/** Whether a failure is shown at a field of the form. */
export const isOfField = ({ field }: Failure): boolean => field !== null && Object.hasOwn(en.invalid, field);

/** What the gateway found wrong with a field of an account; null for nothing. */
export function useFieldFailure(failure: Failure | null): (field: AccountField) => string | null {
  const { t } = useTranslation();
  const text = useFailureText();
  return (field) => {
    if (failure?.field !== field) return null;
    if (failure.code === 'CONFLICT') return t('people.taken');
    return failure.code === 'INVALID_INPUT' ? t(`people.invalid.${field}`) : text(failure);
  };
}
