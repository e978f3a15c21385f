import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { en } from './texts.js';

const isTranslated = (code: string): code is keyof typeof en.failures => Object.hasOwn(en.failures, code);

/** Translates a failure into the page's language. A code without a translation shows the gateway's message. */
export function useFailureText(): (failure: Failure) => string {
  const { t } = useTranslation();
  return ({ code, message, retryAfter }) => {
    if (code === 'THROTTLED') {
      return retryAfter === null ? t('ui.throttled') : t('ui.throttledFor', { count: Math.ceil(retryAfter) });
    }
    return isTranslated(code) ? t(`ui.failures.${code}`) : message;
  };
}
