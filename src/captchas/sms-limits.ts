import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import { throttledFor } from '../errors.js';
import { Captcha, CaptchaType } from './captcha.entity.js';
import { MAX_FAILURES, type NewCaptcha } from './captcha-store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At most `max` codes to one number in each period. */
const perNumber = [
  { max: 1, periodMs: MINUTE },
  { max: 5, periodMs: HOUR },
  { max: 10, periodMs: DAY },
];
const perAddress = { max: 30, periodMs: HOUR };

/** Failures of a code count against the next one if it is requested within this time. */
const FAILURE_MEMORY_MS = 15 * MINUTE;

const sms = { type: CaptchaType.SMS };

type SentCode = Pick<Captcha, 'createdAt' | 'failures' | 'consumedAt'>;

/**
 * Saves the captcha of an SMS that is about to be sent, if no limit is reached. Earlier codes of the number expire,
 * and the new one inherits their failures.
 * @param dailyBudget messages in 24 hours, over all numbers.
 * @throws DomainError THROTTLED with the seconds until the next SMS is allowed.
 */
export function reserveSms(db: Database, captcha: NewCaptcha, dailyBudget: number): Promise<void> {
  // Serialised, so that parallel requests cannot pass a limit together.
  return exclusively(db, 'sms', async (em) => {
    const now = captcha.createdAt.getTime();
    const earlier = await em.find(
      Captcha,
      { ...sms, subject: captcha.subject, createdAt: { $gt: new Date(now - DAY) } },
      { fields: ['createdAt', 'failures', 'consumedAt'], orderBy: { createdAt: 'desc' } },
    );
    for (const { max, periodMs } of perNumber) refuseWithin(periodMs, earlier[max - 1], now);
    const fromAddress = await nthLatest(em, perAddress.max, { address: captcha.address });
    refuseWithin(perAddress.periodMs, fromAddress, now);
    refuseWithin(DAY, await nthLatest(em, dailyBudget, {}), now);
    const failures = inheritedFailures(earlier, now);
    // Expired rather than consumed: `inheritedFailures` takes a consumed code for an answered one.
    await em.nativeUpdate(
      Captcha,
      { ...sms, subject: captcha.subject, expiresAt: { $gt: captcha.createdAt } },
      { expiresAt: captcha.createdAt },
    );
    await em.insert(Captcha, { ...captcha, failures });
  });
}

/** The `n`-th latest SMS that matches. */
async function nthLatest(em: EntityManager, n: number, where: object): Promise<SentCode | undefined> {
  const [found] = await em.find(
    Captcha,
    { ...sms, ...where },
    {
      fields: ['createdAt', 'failures', 'consumedAt'],
      orderBy: { createdAt: 'desc' },
      limit: 1,
      offset: n - 1,
    },
  );
  return found;
}

function refuseWithin(periodMs: number, sent: SentCode | undefined, now: number): void {
  if (sent && sent.createdAt.getTime() > now - periodMs) {
    refuseUntil(sent.createdAt.getTime() + periodMs, now);
  }
}

/** The failures of the latest code, so that a resend grants no new attempts; 0 after a right answer. */
function inheritedFailures([latest]: readonly SentCode[], now: number): number {
  if (!latest || latest.createdAt.getTime() + FAILURE_MEMORY_MS <= now) return 0;
  const maxFailures = MAX_FAILURES[CaptchaType.SMS];
  const wasAnswered = latest.consumedAt !== null && latest.failures < maxFailures;
  if (wasAnswered) return 0;
  if (latest.failures >= maxFailures) refuseUntil(latest.createdAt.getTime() + FAILURE_MEMORY_MS, now);
  return latest.failures;
}

function refuseUntil(time: number, now: number): never {
  throw throttledFor(time - now, 'Too many codes were requested; try again later.');
}
