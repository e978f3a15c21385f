import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { addressBucket } from '../rate-limits/address-bucket.js';
import type { TokenSigner } from '../sessions/tokens/token-signer.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { canonicalAnswer, possibleAnswers } from './captcha-answer.js';

/** How long a captcha can be answered. */
export const CAPTCHA_LIFETIME_MS = 5 * 60_000;

/**
 * Wrong answers after which a captcha accepts no more. The client that requested it has this budget, and all others
 * together have another one of the same size. Resends of an SMS code share both budgets.
 */
export const MAX_FAILURES = { [CaptchaType.IMAGE]: 3, [CaptchaType.SMS]: 5 } as const;

/** A challenge, and the answer that solves it. */
export interface CaptchaAnswer {
  readonly type: keyof typeof MAX_FAILURES;
  /** The canonical phone (SMS) or the client device id (image). */
  readonly subject: string;
  /** The client device id that requested it; an answer from another one fails. Null where the API names none. */
  readonly deviceId: string | null;
  /** Of the request. It tells the client that requested the captcha from others where there is no device id. */
  readonly address: string;
  /** In any spelling, see `possibleAnswers`. */
  readonly answer: string;
  /** Where one type of captcha serves several purposes: the only one for which the answer is accepted. */
  readonly purpose?: string;
}

/** A captcha as its client sees it. */
export interface IssuedCaptcha {
  readonly id: string;
  readonly expiresAt: Date;
}

/** The columns of a captcha that has not been saved. */
export type NewCaptcha = Pick<
  Captcha,
  'id' | 'type' | 'subject' | 'deviceId' | 'answerHash' | 'address' | 'createdAt' | 'expiresAt'
>;

/** Creates and consumes captchas that are answered by text. */
export class CaptchaStore {
  constructor(
    private readonly db: Database,
    private readonly signer: TokenSigner,
    private readonly clock: Clock,
  ) {}

  /** A captcha that starts now. It is not saved. */
  create(expected: CaptchaAnswer): NewCaptcha {
    const { type, subject, deviceId, address } = expected;
    const now = this.clock();
    return {
      id: randomUUID(),
      type,
      subject,
      deviceId,
      answerHash: this.signer.mac(purposeOf(expected), canonicalAnswer(expected.answer)),
      address: addressBucket(address),
      createdAt: new Date(now),
      expiresAt: new Date(now + CAPTCHA_LIFETIME_MS),
    };
  }

  /**
   * Consumes the latest captcha of the subject if the answer is right. One atomic statement: of parallel right
   * answers one succeeds, and parallel wrong answers cannot exceed a budget. A blank answer counts against none.
   * @param em of the transaction that must succeed for a right answer to be consumed. A wrong one would not be counted
   * then: call `check` before.
   * @throws DomainError CAPTCHA_EXPIRED (none can be answered by this client), CAPTCHA_INVALID
   */
  consume(given: CaptchaAnswer, em: EntityManager = this.db.em.fork()): Promise<void> {
    return this.#answer(given, true, em);
  }

  /** As `consume`, but a right answer can be given again. */
  check(given: CaptchaAnswer): Promise<void> {
    return this.#answer(given, false, this.db.em.fork());
  }

  async #answer(given: CaptchaAnswer, consumes: boolean, em: EntityManager): Promise<void> {
    const { type, subject, deviceId, address } = given;
    if (canonicalAnswer(given.answer) === '') throw wrongAnswer();
    const [outcome] = await em.execute<{ right: boolean }[]>(CONSUME, [
      possibleAnswers(type, given.answer).flatMap((answer) => this.signer.macs(purposeOf(given), answer)),
      addressBucket(address),
      MAX_FAILURES[type],
      new Date(this.clock()).toISOString(),
      consumes,
      type,
      subject,
      deviceId,
    ]);
    if (!outcome) throw expiredCaptcha();
    if (!outcome.right) throw wrongAnswer();
  }
}

/** Without a purpose, as earlier versions wrote it. */
const purposeOf = ({ type, subject, purpose }: CaptchaAnswer): string =>
  `captcha ${type} ${subject}${purpose === undefined ? '' : ` ${purpose}`}`;

export const expiredCaptcha = () =>
  new DomainError('CAPTCHA_EXPIRED', 'The captcha is unknown, used or expired.');

const wrongAnswer = () => new DomainError('CAPTCHA_INVALID', 'The captcha answer is wrong.');

/** Only the client that requested a captcha has its device id, or, without one, its address. */
const IS_REQUESTER = '(c.device_id is not null or c.address is not distinct from given.address)';

const CONSUME = `
  with given as (select array[?] as macs, ? as address, ?::integer as max_failures, ?::timestamptz as at, ?::boolean as consumes)
  update captchas c set
    failures = failures + (answer_hash <> all (macs) and ${IS_REQUESTER})::integer,
    stranger_failures = stranger_failures + (answer_hash <> all (macs) and not ${IS_REQUESTER})::integer,
    consumed_at = case when consumes and answer_hash = any (macs) then at end
  from given
  where id = (
      select id from captchas where type = ? and subject = ? and device_id is not distinct from ?
      order by created_at desc, consumed_at is null desc limit 1)
    and consumed_at is null and expires_at > at
    and case when ${IS_REQUESTER} then failures else stranger_failures end < max_failures
  returning answer_hash = any (macs) as "right"`;
