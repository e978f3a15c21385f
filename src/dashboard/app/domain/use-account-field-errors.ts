import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { useFailureText } from '../ui/failure-text.js';
import { en } from './texts.js';

/** The fields of account forms that can be invalid. */
export type AccountField = keyof typeof en.invalid;

/** Whether a failure belongs to a field, and not to the whole form. */
export const isFieldError = ({ field }: Failure): boolean =>
  field !== null && Object.hasOwn(en.invalid, field);

/**
 * Assigns a failure to the field that it names, until the user edits that field.
 * @param failure must keep its identity between renders.
 */
export function useAccountFieldErrors(failure: Failure | null) {
  const { t } = useTranslation();
  const text = useFailureText();
  const [dismissed, setDismissed] = useState<Failure | null>(null);
  /** The message for a field; null when it is valid. */
  const errorAt = (field: AccountField): string | null => {
    if (failure?.field !== field || failure === dismissed) return null;
    if (failure.code === 'CONFLICT') return t('domain.taken');
    return failure.code === 'INVALID_INPUT' ? t(`domain.invalid.${field}`) : text(failure);
  };
  /** Must be called on each edit of a field. */
  const edited = (field: AccountField): void => {
    if (failure?.field === field) setDismissed(failure);
  };
  return { errorAt, edited };
}
