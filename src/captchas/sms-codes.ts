import { randomInt } from 'node:crypto';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Attempt, LoginThrottle } from '../rate-limits/login-throttle.js';
import type { Client } from '../sessions/sessions.js';
import { requirePhone } from '../users/login-names.js';
import { e164, hasCountry } from '../users/phone.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { SMS_CODE_LENGTH } from './captcha-answer.js';
import { CAPTCHA_LIFETIME_MS, type CaptchaStore, type IssuedCaptcha } from './captcha-store.js';
import { reserveSms } from './sms-limits.js';
import { SmsDeliveryUnknown, type SmsReceipt, type SmsSender } from './sms-sender.js';

export interface SmsCodeSettings {
  /** The code of every SMS, for integration tests of clients; normally undefined. */
  readonly fixedCode: string | undefined;
  /** Calling codes that codes may be sent to, such as `+86`. */
  readonly countries: readonly string[];
  /** Messages in 24 hours, over all numbers. */
  readonly dailyBudget: number;
}

/** One-time codes that are sent to a phone. */
export class SmsCodes {
  constructor(
    private readonly db: Database,
    private readonly captchas: CaptchaStore,
    private readonly sender: SmsSender,
    private readonly throttle: LoginThrottle,
    private readonly settings: SmsCodeSettings,
  ) {}

  /**
   * Sends a code and invalidates those sent before.
   * @param input the phone in any spelling.
   * @param deviceId the client device id that must answer; null where the API names none.
   * @param captcha whether the client solved an image captcha, could be asked for one, or cannot.
   * @throws DomainError INVALID_INPUT, CAPTCHA_REQUIRED, THROTTLED, UNAVAILABLE. A refused message does not count
   * against the limits; one that was perhaps sent does, and its code is valid.
   */
  async send(
    input: string,
    deviceId: string | null,
    client: Client,
    captcha: Attempt['captcha'] = 'none',
  ): Promise<IssuedCaptcha & SmsReceipt> {
    const phone = requirePhone(input, 'phone');
    if (!hasCountry(phone, this.settings.countries)) {
      throw new DomainError('INVALID_INPUT', 'phone must be a number in a country that codes are sent to.', {
        field: 'phone',
      });
    }
    await this.throttle.admit({ address: client.address, captcha });
    const answer =
      this.settings.fixedCode ?? String(randomInt(10 ** SMS_CODE_LENGTH)).padStart(SMS_CODE_LENGTH, '0');
    const { address } = client;
    const issued = this.captchas.create({ type: CaptchaType.SMS, subject: phone, deviceId, address, answer });
    await reserveSms(this.db, issued, this.settings.dailyBudget);
    try {
      const receipt = await this.sender.send(messageOf(phone, answer));
      return { id: issued.id, expiresAt: issued.expiresAt, ...receipt };
    } catch (error) {
      const wasRefused = !(error instanceof SmsDeliveryUnknown);
      if (wasRefused) await this.db.em.fork().nativeDelete(Captcha, { id: issued.id });
      throw error;
    }
  }

  /**
   * Consumes the latest code of a phone.
   * @param phone canonical. @param deviceId as in `send`.
   * @throws DomainError CAPTCHA_EXPIRED, CAPTCHA_INVALID; THROTTLED beyond the failure budget of the address
   */
  consume(phone: string, code: string, deviceId: string | null, { address }: Client): Promise<void> {
    const given = { type: CaptchaType.SMS, subject: phone, deviceId, address, answer: code } as const;
    return this.throttle.attemptFrom(address, () => this.captchas.consume(given));
  }
}

const messageOf = (phone: string, code: string) => ({
  to: e164(phone),
  code,
  text: `Your code is ${code}. It is valid for ${CAPTCHA_LIFETIME_MS / 60_000} minutes.`,
});
