/**
 * Every way a service can refuse, as one closed union. Each door maps the whole union to its own wire form
 * (`Record<DomainErrorCode, …>`), so a new code does not compile until every door answers for it.
 */
export const domainErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ACCOUNT_UNKNOWN',
  'ACCOUNT_DISABLED',
  'PASSWORD_WRONG',
  'CAPTCHA_REQUIRED',
  'CAPTCHA_INVALID',
  'CAPTCHA_EXPIRED',
  'NOT_FOUND',
  'CONFLICT',
  'INVALID_INPUT',
  'THROTTLED',
  'TOO_LARGE',
  'UNAVAILABLE',
] as const;

export type DomainErrorCode = (typeof domainErrorCodes)[number];

/** What a door may want to add to its answer. */
export interface DomainErrorDetails {
  /** Seconds until the same request may succeed (THROTTLED). */
  readonly retryAfter?: number;
  /** The input field at fault (INVALID_INPUT, CONFLICT). */
  readonly field?: string;
}

/** A refusal that a service means to make. Anything else that is thrown is a fault. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  /** @param message English, for people; safe to show to any caller. */
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly details: DomainErrorDetails = {},
  ) {
    super(message);
  }
}

/** A reason not to start, as one sentence for the operator: printed alone, without a stack, before exit 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
