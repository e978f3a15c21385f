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

/** Codes that seem to be sent later were sent by a clock that was wrong, and must not count until that time. */
const MAX_SKEW_MS = MINUTE;

const sms = { type: CaptchaType.SMS };

const sentCodeFields = [
  'createdAt',
  'consumedAt',
  'deviceId',
  'address',
  'failures',
  'strangerFailures',
] as const;
type SentCode = Pick<Captcha, (typeof sentCodeFields)[number]>;

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
    // First, so that no answer in parallel adds a failure that the new code does not inherit. Expired rather than
    // consumed: a consumed code was answered.
    await em.nativeUpdate(
      Captcha,
      { ...sms, subject: captcha.subject, expiresAt: { $gt: captcha.createdAt } },
      { expiresAt: captcha.createdAt },
    );
    const earlier = await em.find(
      Captcha,
      {
        ...sms,
        subject: captcha.subject,
        createdAt: { $gt: new Date(now - DAY), $lte: new Date(now + MAX_SKEW_MS) },
      },
      { fields: sentCodeFields, orderBy: { createdAt: 'desc' } },
    );
    for (const { max, periodMs } of perNumber) refuseWithin(periodMs, earlier[max - 1], now);
    const fromAddress = await nthLatest(em, perAddress.max, now, { address: captcha.address });
    refuseWithin(perAddress.periodMs, fromAddress, now);
    refuseWithin(DAY, await nthLatest(em, dailyBudget, now, {}), now);
    const failures = inheritedFailures(earlier, captcha);
    await em.insert(Captcha, { ...captcha, ...failures });
  });
}

/** The `n`-th latest SMS that matches. */
async function nthLatest(
  em: EntityManager,
  n: number,
  now: number,
  where: object,
): Promise<SentCode | undefined> {
  const [found] = await em.find(
    Captcha,
    { ...sms, ...where, createdAt: { $lte: new Date(now + MAX_SKEW_MS) } },
    {
      fields: sentCodeFields,
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

/**
 * The failures since the latest right answer, so that a resend grants no new attempts. Those of the client that
 * requests the new code stay its own, and those of all others count as the strangers'.
 * @param earlier codes of the same number, the latest first.
 * @throws DomainError THROTTLED if the client could not answer the new code.
 */
function inheritedFailures(
  earlier: readonly SentCode[],
  next: NewCaptcha,
): Pick<Captcha, 'failures' | 'strangerFailures'> {
  const now = next.createdAt.getTime();
  const answered = earlier.findIndex(({ consumedAt }) => consumedAt !== null);
  const unanswered = answered < 0 ? earlier : earlier.slice(0, answered);
  const recent = unanswered.filter(({ createdAt }) => createdAt.getTime() + FAILURE_MEMORY_MS > now);
  const [latest] = recent;
  if (!latest) return { failures: 0, strangerFailures: 0 };
  const max = MAX_FAILURES[CaptchaType.SMS];
  const own = recent.find((code) => isOfSameClient(code, next));
  if (own && own.failures >= max) refuseUntil(own.createdAt.getTime() + FAILURE_MEMORY_MS, now);
  const ofOthers = latest.strangerFailures + (latest === own ? 0 : latest.failures);
  return { failures: own?.failures ?? 0, strangerFailures: Math.min(ofOthers, max) };
}

const isOfSameClient = (one: SentCode, other: NewCaptcha): boolean =>
  one.deviceId === other.deviceId && (one.deviceId !== null || one.address === other.address);

function refuseUntil(time: number, now: number): never {
  throw throttledFor(time - now, 'Too many codes were requested; try again later.');
}
