import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';

/** One verification code for one phone. */
export interface SmsMessage {
  /** E.164 with the plus, e.g. `+8613954969056`. */
  readonly to: string;
  /** The code alone, for providers that fill in a template. */
  readonly code: string;
  /** The whole text, for providers that send text. */
  readonly text: string;
}

/** The provider's identifiers of an accepted message; the legacy `sendCode` returns both. */
export interface SmsReceipt {
  /** Upper-case UUID. */
  readonly requestId: string;
  /** Digits and `^0`, e.g. `910223398032968639^0`. */
  readonly bizId: string;
}

/** The provider did not answer in time, and may have sent the message. */
export class SmsDeliveryUnknown extends DomainError {
  constructor(reason: string) {
    super('UNAVAILABLE', 'The SMS provider did not answer in time.');
    this.cause = new Error(reason);
  }
}

export interface SmsSender {
  /**
   * Resolves once the provider has accepted the message. Implementations never retry: after a timeout the first
   * message may still arrive.
   *
   * @throws DomainError THROTTLED when the provider limits this number, SmsDeliveryUnknown after a timeout,
   *   UNAVAILABLE for any other failure. `cause` names the reason for the log; no error carries the code or a
   *   credential.
   */
  send(message: SmsMessage): Promise<SmsReceipt>;
}

export interface SmsOptions {
  /** By default the system's clock. */
  readonly now?: Clock;
  /** How long to wait for the provider, in milliseconds; 5000 by default. */
  readonly timeoutMs?: number;
}

export const DEFAULT_TIMEOUT_MS = 5000;
