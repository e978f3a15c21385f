import type { DomainErrorCode } from '../../errors.js';

/** `extensions.code` of each refusal. Both halves of a failed login share one. */
export const extensionCodes: Record<DomainErrorCode, string> = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  ACCOUNT_UNKNOWN: 'BAD_CREDENTIALS',
  PASSWORD_WRONG: 'BAD_CREDENTIALS',
  ACCOUNT_DISABLED: 'ACCOUNT_DISABLED',
  CAPTCHA_REQUIRED: 'CAPTCHA_REQUIRED',
  CAPTCHA_INVALID: 'CAPTCHA_INVALID',
  CAPTCHA_EXPIRED: 'CAPTCHA_EXPIRED',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  LIMIT_REACHED: 'LIMIT_REACHED',
  INVALID_INPUT: 'INVALID_INPUT',
  THROTTLED: 'THROTTLED',
  TOO_LARGE: 'TOO_LARGE',
  UNAVAILABLE: 'UNAVAILABLE',
};

/** The code of a fault. Nothing else is shown of it. */
export const FAULT_CODE = 'INTERNAL_SERVER_ERROR';
