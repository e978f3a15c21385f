import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { useFailureText } from '../ui/failure-text.js';
import { en } from '../views/people/texts.js';

/** The fields of accounts with which something can be wrong. */
export type AccountField = keyof typeof en.invalid;

/** Whether a failure is shown at a field of the form. */
export const isOfField = ({ field }: Failure): boolean => field !== null && Object.hasOwn(en.invalid, field);

/**
 * What the gateway found wrong with a field of an account, null for nothing; until that field is changed.
 * @param failure the same object while it is the same.
 */
export function useAccountFieldErrors(failure: Failure | null) {
  const { t } = useTranslation();
  const text = useFailureText();
  const [outdated, setOutdated] = useState<Failure | null>(null);
  const problem = (field: AccountField): string | null => {
    if (failure?.field !== field || failure === outdated) return null;
    if (failure.code === 'CONFLICT') return t('people.taken');
    return failure.code === 'INVALID_INPUT' ? t(`people.invalid.${field}`) : text(failure);
  };
  /** A field was changed: what was said of it is said of what is no longer there. */
  const changed = (field: AccountField): void => {
    if (failure?.field === field) setOutdated(failure);
  };
  return { problem, changed };
}
