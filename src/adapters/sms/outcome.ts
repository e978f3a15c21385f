import { randomInt, randomUUID } from 'node:crypto';
import { SmsDeliveryUnknown, type SmsReceipt } from '../../captchas/sms-sender.js';
import { DomainError } from '../../errors.js';

/** A receipt in Aliyun's form, for a provider that gives none. */
export function newReceipt(): SmsReceipt {
  const digits = `${randomInt(1e8, 1e9)}${String(randomInt(1e9)).padStart(9, '0')}`;
  return { requestId: randomUUID().toUpperCase(), bizId: `${digits}^0` };
}

/** The provider's own limit for this number was reached. */
export function throttled(): DomainError {
  return new DomainError('THROTTLED', 'Too many messages were sent to this number. Try again later.');
}

/** What a call that failed means. @param provider for the log. */
export function failed(provider: string, fault: unknown): DomainError {
  const name = faultName(fault);
  const reason = `${provider}: ${name}`;
  return name === 'TimeoutError' ? new SmsDeliveryUnknown(reason) : unavailable(reason);
}

/**
 * Any other refusal or fault.
 *
 * @param reason for the log alone, as the error's `cause`: a caller need not learn the state of the account.
 */
export function unavailable(reason: string): DomainError {
  const error = new DomainError('UNAVAILABLE', 'The message could not be sent.');
  error.cause = new Error(reason);
  return error;
}

/**
 * A fault's code or name, such as `ECONNREFUSED`, `TimeoutError` or `SignatureDoesNotMatch`. Its message is never
 * used: those of `fetch` and of the Aliyun SDK quote the URL, and Aliyun's URL holds the code.
 */
export function faultName(fault: unknown): string {
  if (typeof fault !== 'object' || fault === null) return 'unknown fault';
  if ('cause' in fault && fault.cause) return faultName(fault.cause);
  if ('code' in fault && isName(fault.code)) return fault.code;
  return 'name' in fault && isName(fault.name) ? fault.name : 'unknown fault';
}

/** Whether a provider's text has the form of an error code, and so may be logged. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(text);
}
