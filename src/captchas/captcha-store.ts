import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { addressBucket } from '../rate-limits/address-bucket.js';
import type { TokenSigner } from '../sessions/token-signer.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { canonicalAnswer } from './captcha-answer.js';

/** How long a captcha can be answered. */
export const CAPTCHA_LIFETIME_MS = 5 * 60_000;

/** Wrong answers after which a captcha is consumed. Resends of an SMS code share one budget. */
export const MAX_FAILURES = { [CaptchaType.IMAGE]: 3, [CaptchaType.SMS]: 5 } as const;

/** A challenge, and the answer that solves it. */
export interface CaptchaAnswer {
  readonly type: keyof typeof MAX_FAILURES;
  /** The canonical phone (SMS) or the client device id (image). */
  readonly subject: string;
  /** The client device id that requested it; an answer from another one fails. */
  readonly deviceId: string | null;
  /** In any spelling, see `canonicalAnswer`. */
  readonly answer: string;
}

/** A captcha as its client sees it. */
export interface IssuedCaptcha {
  readonly id: string;
  readonly expiresAt: Date;
}

/** The columns of a captcha that has not been saved. */
export type NewCaptcha = Pick<
  Captcha,
  'id' | 'type' | 'subject' | 'deviceId' | 'answerHash' | 'failures' | 'address' | 'createdAt' | 'expiresAt'
>;

/** Creates and consumes captchas that are answered by text. */
export class CaptchaStore {
  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
  ) {}

  /** A captcha that starts now. It is not saved. */
  create(expected: CaptchaAnswer, address: string): NewCaptcha {
    const { type, subject, deviceId } = expected;
    const now = this.clock();
    return {
      id: randomUUID(),
      type,
      subject,
      deviceId,
      answerHash: this.#mac(expected),
      failures: 0,
      address: addressBucket(address),
      createdAt: new Date(now),
      expiresAt: new Date(now + CAPTCHA_LIFETIME_MS),
    };
  }

  /**
   * Consumes the latest captcha of the subject if the answer is right. One atomic statement: of parallel right
   * answers one succeeds, and parallel wrong answers cannot exceed the budget.
   * @throws DomainError CAPTCHA_EXPIRED (none can be answered), CAPTCHA_INVALID
   */
  async consume(given: CaptchaAnswer): Promise<void> {
    const { type, subject, deviceId } = given;
    const mac = this.#mac(given);
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
    if (!outcome) throw new DomainError('CAPTCHA_EXPIRED', 'The captcha is unknown, used or expired.');
    if (!outcome.right) throw new DomainError('CAPTCHA_INVALID', 'The captcha answer is wrong.');
  }

  #mac({ type, subject, answer }: CaptchaAnswer): string {
    return this.signer.mac(`captcha ${type} ${subject}`, canonicalAnswer(type, answer));
  }
}
