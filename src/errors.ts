/**
 * Every failure that a service can report, with its meaning. Each API maps all codes to its own form
 * (`Record<DomainErrorCode, …>`), so a new code does not compile until every API handles it.
 */
export const domainErrors = {
  UNAUTHENTICATED: 'The token is missing, or its session has ended.',
  FORBIDDEN: 'The session lacks the required permission.',
  ACCOUNT_UNKNOWN: 'No account has this login name.',
  ACCOUNT_DISABLED: 'The account is disabled.',
  PASSWORD_WRONG: 'The password is wrong.',
  SECOND_FACTOR_REQUIRED: 'The account has a second factor, which must be proved, too.',
  SECOND_FACTOR_WRONG: 'The code of the second factor is wrong, or was used before.',
  CHALLENGE_EXPIRED: 'The challenge of a login or enrolment is unknown, used up or expired.',
  STEP_UP_REQUIRED: 'The caller must prove again who they are.',
  ENROLLMENT_REQUIRED: 'The caller must enrol a second factor first.',
  CAPTCHA_REQUIRED: 'A captcha must be solved first.',
  CAPTCHA_INVALID: 'The answer to the captcha is wrong.',
  CAPTCHA_EXPIRED: 'The captcha is unknown, used up or expired.',
  PASSKEY_INVALID: 'The passkey is unknown, or its answer is not valid.',
  NOT_FOUND: 'The object does not exist, or the caller may not see it.',
  CONFLICT: 'Another object already has this name or number.',
  LIMIT_REACHED: 'The account already has as many objects of this kind as it may have.',
  INVALID_INPUT: 'A parameter is missing, mistyped or out of range, or the request is malformed.',
  THROTTLED: 'Too many requests. `retryAfter`, or the header Retry-After, says how many seconds to wait.',
  TOO_LARGE: 'The body or the file exceeds its size limit.',
  UNAVAILABLE:
    'Something the gateway depends on does not respond or is overloaded. The request may succeed later.',
} as const;

export type DomainErrorCode = keyof typeof domainErrors;

/** A login that waits for a second factor. */
export interface Challenge {
  /** For `completeLogin`, once. */
  readonly token: string;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
  /** What it can be completed with. */
  readonly methods: readonly string[];
}

/** Details that an API may add to its response. */
export interface DomainErrorDetails {
  /** Seconds until the same request may succeed (THROTTLED, UNAVAILABLE). */
  readonly retryAfter?: number;
  /** The input field that the error is about (INVALID_INPUT, CONFLICT, LIMIT_REACHED, TOO_LARGE). */
  readonly field?: string;
  /** The challenge that completes the login (SECOND_FACTOR_REQUIRED). */
  readonly challenge?: Challenge;
  /** What the caller can prove who they are with; none before they sign in again (STEP_UP_REQUIRED). */
  readonly methods?: readonly string[];
}

/** A failure that a service reports on purpose. Any other error is a fault. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  /** @param message an English sentence that is safe to show to any caller. */
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly details: DomainErrorDetails = {},
  ) {
    super(message);
  }
}

/**
 * The error of something that the gateway depends on and that has failed.
 * @param cause for the log only.
 * @param retryAfter in seconds.
 */
export function outage(message: string, cause: unknown, retryAfter = 10): DomainError {
  const error = new DomainError('UNAVAILABLE', message, { retryAfter });
  error.cause = cause;
  return error;
}

/**
 * Whether something that the gateway depends on has failed, which the log must show. A refusal because too many requests
 * wait is no failure: there may be thousands a second, each with the line of its response.
 */
export const isOutage = (error: unknown): boolean =>
  error instanceof DomainError && error.code === 'UNAVAILABLE' && error.cause !== undefined;

/** A THROTTLED error whose `retryAfter` is `ms` milliseconds, rounded up to seconds. */
export const throttledFor = (ms: number, message: string): DomainError =>
  new DomainError('THROTTLED', message, { retryAfter: Math.max(1, Math.ceil(ms / 1000)) });

/** Why the gateway cannot start or continue: one sentence for the operator, printed without a stack before exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
