import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import { type Attempt, addressBucket, type LoginThrottle } from '../rate-limits/login-throttle.js';
import type { Client } from '../sessions/sessions.js';
import type { TokenSigner } from '../sessions/token-signer.js';
import { requirePhone } from '../users/login-names.js';
import { e164, hasCountry } from '../users/phone.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { drawCaptcha, randomAnswer } from './captcha-image.js';
import { reserveSms } from './sms-limits.js';
import { SmsDeliveryUnknown, type SmsReceipt, type SmsSender } from './sms-sender.js';

const MINUTE = 60_000;
const LIFETIME_MS = 5 * MINUTE;

/** Wrong answers before a captcha is spent. Resends of an SMS code share one budget. */
export const MAX_FAILURES = { [CaptchaType.IMAGE]: 3, [CaptchaType.SMS]: 5 } as const;

type Answerable = keyof typeof MAX_FAILURES;

/** What a caller got, to show when and for how long it can be answered. */
export interface IssuedCaptcha {
  readonly id: string;
  readonly expiresAt: Date;
}

export interface CaptchaSettings {
  /** Answers every image and SMS captcha, for integration tests of clients. */
  readonly fixedCode: string | undefined;
  readonly countries: readonly string[];
  /** SMS in 24 hours, over all numbers. */
  readonly dailyBudget: number;
}

/** Image and SMS captchas: handed out, and consumed by one right answer or a few wrong ones. */
export class Captchas {
  constructor(
    private readonly db: Database,
    private readonly sms: SmsSender,
    private readonly signer: TokenSigner,
    private readonly limit: AddressLimit,
    private readonly throttle: LoginThrottle,
    private readonly clock: Clock,
    private readonly settings: CaptchaSettings,
  ) {}

  /**
   * A new image for this client; the one it had before is dead.
   * @throws DomainError THROTTLED past the limit of the address
   */
  issueImage(deviceId: string, client: Client): Promise<IssuedCaptcha & { png: Buffer }> {
    return this.limit.spend(client.address, () => this.#issueImage(deviceId, client));
  }

  async #issueImage(deviceId: string, client: Client) {
    const answer = this.settings.fixedCode ?? randomAnswer();
    const captcha = this.#prepare(CaptchaType.IMAGE, deviceId, deviceId, answer, client);
    const em = this.db.em.fork();
    await em.nativeUpdate(
      Captcha,
      { type: CaptchaType.IMAGE, subject: deviceId, consumedAt: null },
      { consumedAt: captcha.createdAt },
    );
    await em.insert(Captcha, captcha);
    return { id: captcha.id, expiresAt: captcha.expiresAt, png: await drawCaptcha(answer) };
  }

  /**
   * Sends a code to a phone; codes sent before are dead.
   * @param deviceId bound to the code where the door names one.
   * @param captcha whether an image was solved, could be asked for, or the door knows none.
   * @throws DomainError INVALID_INPUT, CAPTCHA_REQUIRED, THROTTLED, UNAVAILABLE (the provider refused: nothing is
   * counted; or did not answer in time)
   */
  async sendSms(
    mobile: string,
    deviceId: string | null,
    client: Client,
    captcha: Attempt['captcha'] = 'none',
  ): Promise<IssuedCaptcha & SmsReceipt> {
    const phone = requirePhone(mobile, 'mobile');
    if (!hasCountry(phone, this.settings.countries)) {
      throw new DomainError('INVALID_INPUT', 'No codes are sent to this country.', { field: 'mobile' });
    }
    await this.throttle.admit({ address: client.address, captcha });
    const code = this.settings.fixedCode ?? String(randomInt(1_000_000)).padStart(6, '0');
    const issued = this.#prepare(CaptchaType.SMS, phone, deviceId, code, client);
    await reserveSms(this.db, issued, MAX_FAILURES.SMS, this.settings.dailyBudget);
    const text = `Your code is ${code}. It is valid for ${LIFETIME_MS / MINUTE} minutes.`;
    try {
      const receipt = await this.sms.send({ to: e164(phone), code, text });
      return { id: issued.id, expiresAt: issued.expiresAt, ...receipt };
    } catch (error) {
      // One that may have been sent counts, and its code is good.
      if (!(error instanceof SmsDeliveryUnknown))
        await this.db.em.fork().nativeDelete(Captcha, { id: issued.id });
      throw error;
    }
  }

  /** Consumes an image captcha; see `consume`. */
  solveImage(deviceId: string, answer: string): Promise<void> {
    return this.consume(CaptchaType.IMAGE, deviceId, deviceId, answer);
  }

  /**
   * Consumes the latest captcha of the subject with the right answer: of parallel right answers one passes,
   * and parallel wrong ones never exceed the budget, since each is one atomic statement.
   * @param subject the canonical phone (SMS) or the client device id (image).
   * @throws DomainError CAPTCHA_EXPIRED (there is none any more), CAPTCHA_INVALID
   */
  async consume(type: Answerable, subject: string, deviceId: string | null, answer: string): Promise<void> {
    const mac = this.#mac(type, subject, answer);
    const now = new Date(this.clock()).toISOString();
    const [outcome] = await this.db.em.fork().execute<{ right: boolean }[]>(
      `update captchas set
         failures = failures + case when answer_hash = ? then 0 else 1 end,
         consumed_at = case when answer_hash = ? or failures + 1 >= ? then ?::timestamptz end
       where id = (
           select id from captchas where type = ? and subject = ? and device_id is not distinct from ?
           order by created_at desc limit 1)
         and consumed_at is null and expires_at > ?
       returning answer_hash = ? as "right"`,
      [mac, mac, MAX_FAILURES[type], now, type, subject, deviceId, now, mac],
    );
    if (!outcome) throw new DomainError('CAPTCHA_EXPIRED', 'There is no such captcha, or it has expired.');
    if (!outcome.right) throw new DomainError('CAPTCHA_INVALID', 'The captcha answer is wrong.');
  }

  #prepare(type: Answerable, subject: string, deviceId: string | null, answer: string, client: Client) {
    const now = this.clock();
    return {
      id: randomUUID(),
      type,
      subject,
      deviceId,
      answerHash: this.#mac(type, subject, answer),
      failures: 0,
      address: addressBucket(client.address),
      createdAt: new Date(now),
      expiresAt: new Date(now + LIFETIME_MS),
    };
  }

  #mac(type: Answerable, subject: string, answer: string): string {
    return this.signer.mac(`captcha ${type} ${subject}`, answer.trim().toLowerCase());
  }
}
