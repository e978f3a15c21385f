import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';

/** One verification code on its way to one phone. */
export interface SmsMessage {
  /** E.164 with the plus, e.g. `+8613954969056`. */
  readonly to: string;
  /** The code alone: providers that send by template put it into theirs. */
  readonly code: string;
  /** The whole text, for providers that send text. */
  readonly text: string;
}

/** What the provider calls the accepted message; the legacy `sendCode` shows both. */
export interface SmsReceipt {
  /** Upper-case UUID. */
  readonly requestId: string;
  /** Digits and `^0`, e.g. `910223398032968639^0`. */
  readonly bizId: string;
}

/** The provider did not answer in time: it may still have sent the message. */
export class SmsDeliveryUnknown extends DomainError {
  constructor(reason: string) {
    super('UNAVAILABLE', 'The message could not be sent in time.');
    this.cause = new Error(reason);
  }
}

export interface SmsSender {
  /**
   * Hands the message to the provider; resolves once the provider has taken it. Never retried: a provider that
   * did not answer in time may still have sent it.
   *
   * @throws DomainError THROTTLED when the provider says this number had too many, UNAVAILABLE for every other
   *   refusal or fault; MaybeSent when it did not answer in time. Its `cause`, where there is one, names the reason
   *   for the log. None carries the code or a credential.
   */
  send(message: SmsMessage): Promise<SmsReceipt>;
}

/** What a test replaces. */
export interface SmsOptions {
  readonly now?: Clock;
  /** Longest wait for a provider, in milliseconds; 5000 unless told. */
  readonly timeoutMs?: number;
}

export const defaultTimeoutMs = 5000;
