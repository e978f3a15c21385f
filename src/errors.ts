/**
 * Every way a service can refuse, as one closed union, with its meaning. Each door maps the whole union to its own
 * wire form (`Record<DomainErrorCode, …>`), so a new code does not compile until every door answers for it.
 */
export const domainErrors = {
  UNAUTHENTICATED: 'There is no token, or its session has ended.',
  FORBIDDEN: 'The session lacks the permission.',
  ACCOUNT_UNKNOWN: 'Nobody has this login name.',
  ACCOUNT_DISABLED: 'The account is disabled.',
  PASSWORD_WRONG: 'The password is not that of the account.',
  CAPTCHA_REQUIRED: 'A captcha must be answered first.',
  CAPTCHA_INVALID: 'The answer to the captcha is wrong.',
  CAPTCHA_EXPIRED: 'The captcha is unknown, used up or too old.',
  NOT_FOUND: 'There is no such thing, or not for the caller.',
  CONFLICT: 'Something else has this name or number already.',
  INVALID_INPUT: 'A parameter is missing, mistyped or out of its bounds; or the request cannot be read.',
  THROTTLED: 'Too much too fast. `retryAfter`, or the header Retry-After, has the seconds to wait.',
  TOO_LARGE: 'The body or the file is larger than is taken.',
  UNAVAILABLE: 'What is needed for it does not answer now; the same request may succeed later.',
} as const;

export type DomainErrorCode = keyof typeof domainErrors;

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

/** THROTTLED, until so many milliseconds have passed. @param message as of `DomainError` */
export const throttledFor = (ms: number, message: string): DomainError =>
  new DomainError('THROTTLED', message, { retryAfter: Math.max(1, Math.ceil(ms / 1000)) });

/** A reason not to start, as one sentence for the operator: printed alone, without a stack, before exit 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
