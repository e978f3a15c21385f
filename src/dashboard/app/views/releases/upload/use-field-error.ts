import { useTranslation } from 'react-i18next';
import type { Failure } from '../../../api/failure.js';
import { useFailureText } from '../../../ui/failure-text.js';

const fields = ['version', 'channel', 'notes', 'file'] as const;

type Field = (typeof fields)[number];

/** Whether a failure belongs to a field, and not to the whole form. */
export const isFieldError = ({ field }: Failure): boolean => fields.some((name) => name === field);

/** The message for a field; null when it is valid. */
export function useFieldError(failure: Failure | null): (field: Field) => string | null {
  const { t } = useTranslation();
  const text = useFailureText();
  return (field) => {
    if (failure?.field !== field) return null;
    if (failure.code === 'CONFLICT' && field === 'version') return t('releases.upload.versionTaken');
    if (failure.code === 'CONFLICT' && field === 'file') return t('releases.upload.nameTaken');
    if (failure.code !== 'INVALID_INPUT') return text(failure);
    return t(`releases.upload.invalid.${field}`);
  };
}
