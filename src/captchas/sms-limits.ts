import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import { throttledFor } from '../errors.js';
import { Captcha, CaptchaType } from './captcha.entity.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At most this many codes to one number within each time. */
const perNumber = [
  { most: 1, withinMs: MINUTE },
  { most: 5, withinMs: HOUR },
  { most: 10, withinMs: DAY },
];
const perAddress = { most: 30, withinMs: HOUR };

/** Wrong answers given within this time count against the next code too. */
const FAILURE_MEMORY_MS = 15 * MINUTE;

const sms = { type: CaptchaType.SMS };

type Sent = Pick<Captcha, 'createdAt' | 'failures' | 'consumedAt'>;
type NewCaptcha = Pick<
  Captcha,
  'id' | 'type' | 'subject' | 'deviceId' | 'answerHash' | 'failures' | 'address' | 'createdAt' | 'expiresAt'
>;

/**
 * Keeps the captcha of an SMS that is about to be sent, within all limits; older codes of the number are dead
 * from now on, and their wrong answers are inherited.
 * @throws DomainError THROTTLED with the seconds until the next one is allowed.
 */
export function reserveSms(
  db: Database,
  captcha: NewCaptcha,
  mostFailures: number,
  dailyBudget: number,
): Promise<void> {
  // Of parallel requests, only one can be the last that is allowed.
  return exclusively(db, 'sms', async (em) => {
    const now = captcha.createdAt.getTime();
    const earlier = await em.find(
      Captcha,
      { ...sms, subject: captcha.subject, createdAt: { $gt: new Date(now - DAY) } },
      { fields: ['createdAt', 'failures', 'consumedAt'], orderBy: { createdAt: 'desc' } },
    );
    for (const { most, withinMs } of perNumber) refuseWithin(withinMs, earlier[most - 1], now);
    const fromAddress = await nthLatest(em, perAddress.most, { address: captcha.address });
    refuseWithin(perAddress.withinMs, fromAddress, now);
    refuseWithin(DAY, await nthLatest(em, dailyBudget, {}), now);
    const failures = inheritedFailures(earlier, mostFailures, now);
    // Ended, not consumed: only an answer consumes, and only a right one forgives the wrong ones before it.
    await em.nativeUpdate(
      Captcha,
      { ...sms, subject: captcha.subject, expiresAt: { $gt: captcha.createdAt } },
      { expiresAt: captcha.createdAt },
    );
    await em.insert(Captcha, { ...captcha, failures });
  });
}

/** The `n`-th latest SMS of those that `where` selects. */
async function nthLatest(em: EntityManager, n: number, where: object): Promise<Sent | undefined> {
  const found = await em.find(
    Captcha,
    { ...sms, ...where },
    {
      fields: ['createdAt', 'failures', 'consumedAt'],
      orderBy: { createdAt: 'desc' },
      limit: 1,
      offset: n - 1,
    },
  );
  return found[0];
}

function refuseWithin(withinMs: number, sent: Sent | undefined, now: number): void {
  if (sent && sent.createdAt.getTime() > now - withinMs)
    refuseUntil(sent.createdAt.getTime() + withinMs, now);
}

/** The failures of the latest code, unless it was answered right: a resend gives no new guesses. */
function inheritedFailures([latest]: readonly Sent[], mostFailures: number, now: number): number {
  if (!latest || latest.createdAt.getTime() + FAILURE_MEMORY_MS <= now) return 0;
  const answered = latest.consumedAt !== null && latest.failures < mostFailures;
  if (answered) return 0;
  if (latest.failures >= mostFailures) refuseUntil(latest.createdAt.getTime() + FAILURE_MEMORY_MS, now);
  return latest.failures;
}

function refuseUntil(time: number, now: number): never {
  throw throttledFor(time - now, 'Too many codes were asked for; try again later.');
}
