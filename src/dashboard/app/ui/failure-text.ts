import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { en } from './texts.js';

const isKnown = (code: string): code is keyof typeof en.codes => code in en.codes;

/** Says a failure in the reader's language; what an input did wrong, as the server words it. */
export function useFailureText(): (failure: Failure) => string {
  const { t } = useTranslation();
  return ({ code, message, retryAfter }) => {
    if (code === 'THROTTLED') {
      return retryAfter === null
        ? t('feedback.throttled')
        : t('feedback.throttledFor', { count: Math.ceil(retryAfter) });
    }
    return isKnown(code) ? t(`feedback.codes.${code}`) : message;
  };
}
