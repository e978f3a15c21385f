import { randomInt, randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Attempt, LoginThrottle } from '../rate-limits/login-throttle.js';
import type { Client } from '../sessions/sessions.js';
import { requirePhone } from '../users/names/login-names.js';
import { e164, hasCountry } from '../users/phone.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { SMS_CODE_LENGTH } from './captcha-answer.js';
import {
  CAPTCHA_LIFETIME_MS,
  type CaptchaAnswer,
  type CaptchaStore,
  expiredCaptcha,
  type IssuedCaptcha,
} from './captcha-store.js';
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

/** The purpose of a code, which is refused for any other. */
export type SmsPurpose = 'login' | 'password reset';

/** The answer to a code. */
export interface SmsAnswer {
  readonly purpose: SmsPurpose;
  /** Canonical. */
  readonly phone: string;
  readonly code: string;
  /** As in `SmsCodes.send`. */
  readonly deviceId: string | null;
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
   * Sends a code for a login, and invalidates those sent before.
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
    const phone = await this.#admit(input, client, captcha);
    const answer = this.#newCode();
    const issued = await this.#reserve({ purpose: 'login', phone, code: answer, deviceId }, client);
    try {
      const receipt = await this.sender.send(messageOf('login', phone, answer));
      return { id: issued.id, expiresAt: issued.expiresAt, ...receipt };
    } catch (error) {
      const wasRefused = !(error instanceof SmsDeliveryUnknown);
      if (wasRefused) await this.db.em.fork().nativeDelete(Captcha, { id: issued.id });
      throw error;
    }
  }

  /**
   * Reserves a code that resets a password, as `send`. Where a phone has no recipient, there is nothing to send, but all
   * limits and answers are the same, so that they reveal no account. A message that the provider refuses counts against
   * the limits for the same reason.
   * @param findRecipient the account of a canonical phone that may receive the code.
   * @returns when the code expires, and its message; null if no account gets the code.
   * @throws DomainError INVALID_INPUT, CAPTCHA_REQUIRED, THROTTLED
   */
  async reserveReset<T>(
    input: string,
    client: Client,
    captcha: Attempt['captcha'],
    findRecipient: (phone: string) => Promise<T | null>,
  ): Promise<{ expiresAt: Date; message: { recipient: T; send: () => Promise<SmsReceipt> } | null }> {
    const phone = await this.#admit(input, client, captcha);
    const purpose = 'password reset';
    const sent = this.#newCode();
    const recipient = await findRecipient(phone);
    // Nobody can enter the answer to a code that is not sent.
    const code = recipient === null ? randomUUID() : sent;
    const { expiresAt } = await this.#reserve({ purpose, phone, code, deviceId: client.deviceId }, client);
    if (recipient === null) return { expiresAt, message: null };
    return {
      expiresAt,
      message: { recipient, send: () => this.sender.send(messageOf(purpose, phone, sent)) },
    };
  }

  /**
   * Consumes the latest code of a phone.
   * @throws DomainError CAPTCHA_EXPIRED, CAPTCHA_INVALID; THROTTLED beyond the failure budget of the address
   */
  consume(given: SmsAnswer, client: Client): Promise<void> {
    return this.throttle.attemptFrom(client.address, () => this.captchas.consume(challenge(given, client)));
  }

  /** Fails as `consume` does with a wrong code, whatever the code is. @throws DomainError as `consume` */
  async refuse(given: SmsAnswer, client: Client): Promise<never> {
    await this.consume({ ...given, code: randomUUID() }, client);
    throw expiredCaptcha();
  }

  /** As `consume`, but a right code can be given again. */
  check(given: SmsAnswer, client: Client): Promise<void> {
    return this.throttle.attemptFrom(client.address, () => this.captchas.check(challenge(given, client)));
  }

  /** Consumes a code that was checked, if the transaction of `em` succeeds. @throws DomainError as `consume` */
  consumeWithin(em: EntityManager, given: SmsAnswer, client: Client): Promise<void> {
    return this.captchas.consume(challenge(given, client), em);
  }

  /** @returns the canonical phone. */
  async #admit(input: string, { address }: Client, captcha: Attempt['captcha']): Promise<string> {
    const phone = requirePhone(input, 'phone');
    if (!hasCountry(phone, this.settings.countries)) {
      throw new DomainError('INVALID_INPUT', 'phone must be a number in a country that codes are sent to.', {
        field: 'phone',
      });
    }
    await this.throttle.admit({ address, captcha });
    return phone;
  }

  async #reserve(expected: SmsAnswer, client: Client): Promise<IssuedCaptcha> {
    const issued = this.captchas.create(challenge(expected, client));
    await reserveSms(this.db, issued, this.settings.dailyBudget);
    return issued;
  }

  #newCode(): string {
    return this.settings.fixedCode ?? String(randomInt(10 ** SMS_CODE_LENGTH)).padStart(SMS_CODE_LENGTH, '0');
  }
}

const challenge = ({ purpose, phone, code, deviceId }: SmsAnswer, { address }: Client): CaptchaAnswer => ({
  type: CaptchaType.SMS,
  subject: phone,
  deviceId,
  address,
  answer: code,
  ...(purpose === 'login' ? {} : { purpose }),
});

const texts: Record<SmsPurpose, string> = {
  login: 'Your code is',
  'password reset': 'Your code to set a new password is',
};

const messageOf = (purpose: SmsPurpose, phone: string, code: string) => ({
  to: e164(phone),
  code,
  text: `${texts[purpose]} ${code}. It is valid for ${CAPTCHA_LIFETIME_MS / 60_000} minutes.`,
});
