import { randomInt, randomUUID } from 'node:crypto';
import { SmsDeliveryUnknown, type SmsReceipt } from '../../captchas/sms-sender.js';
import { DomainError, outage } from '../../errors.js';

/** A receipt in the form of Aliyun's, for providers that return none. */
export function newReceipt(): SmsReceipt {
  const digits = `${randomInt(1e8, 1e9)}${String(randomInt(1e9)).padStart(9, '0')}`;
  return { requestId: randomUUID().toUpperCase(), bizId: `${digits}^0` };
}

/** The error for a number that reached the provider's own limit. */
export function throttled(): DomainError {
  return new DomainError('THROTTLED', 'Too many messages were sent to this number; try again later.');
}

/** The error for a call that failed. @param provider for the log. */
export function failed(provider: string, fault: unknown): DomainError {
  const name = faultName(fault);
  const reason = `${provider}: ${name}`;
  return name === 'TimeoutError' ? new SmsDeliveryUnknown(reason) : unavailable(reason);
}

/**
 * The error for any other refusal or fault.
 * @param reason for the log only, as the error's `cause`: callers must not learn the state of the account.
 */
export const unavailable = (reason: string): DomainError =>
  outage('The message could not be sent.', new Error(reason));

/**
 * A fault's code or name, such as `ECONNREFUSED`, `TimeoutError` or `SignatureDoesNotMatch`. Never its message: those of
 * `fetch` and of the Aliyun SDK quote the URL, and Aliyun's URL contains the code.
 */
export function faultName(fault: unknown): string {
  if (typeof fault !== 'object' || fault === null) return 'unknown fault';
  if ('cause' in fault && fault.cause) return faultName(fault.cause);
  if ('code' in fault && isName(fault.code)) return fault.code;
  return 'name' in fault && isName(fault.name) ? fault.name : 'unknown fault';
}

/** Whether a provider's text has the form of an error code and may therefore be logged. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(text);
}
