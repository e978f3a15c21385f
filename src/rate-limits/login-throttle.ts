import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError, type DomainErrorCode, throttledFor } from '../errors.js';
import { addressBucket } from './address-bucket.js';
import { FailureBudget } from './failure-budget.js';

/** Failed attempts within 15 minutes, after which a captcha is required or attempts are slowed down. */
const ACCOUNT_FAILURES = 10;
const ADDRESS_FAILURES = 50;

/**
 * Where no captcha can be solved, each address still gets one attempt per account in this time, so that the owner is
 * never locked out. Of a hundred parallel wrong attempts on one account from one address, eleven are checked: ten
 * within the budget, and this one.
 */
const ACCOUNT_SLOT_SECONDS = 10;

/**
 * An address beyond its own budget gets one attempt in this time over all accounts: otherwise, it would get one for
 * each further account. Others behind the same address may have to retry.
 */
const ADDRESS_SLOT_SECONDS = 2;

const failures: ReadonlySet<DomainErrorCode> = new Set([
  'ACCOUNT_UNKNOWN',
  'ACCOUNT_DISABLED',
  'PASSWORD_WRONG',
  'CAPTCHA_INVALID',
]);

/** Whether an attempt failed by what was entered, rather than by the throttle or a fault. */
export const isFailedAttempt = (error: unknown): error is DomainError =>
  error instanceof DomainError && failures.has(error.code);

/** An attempt to log in. */
export interface Attempt {
  /** See `accountKey`. */
  readonly account: string;
  readonly address: string;
  /** `solved` lifts the limit. `possible`: one can be required. `none`: the API cannot ask for one. */
  readonly captcha: 'solved' | 'possible' | 'none';
}

/** One key for all names of a user; that of the canonical name if no user has it. */
export const accountKey = (userId: number | null, name = ''): string =>
  userId === null ? `name:${name.slice(0, 64)}` : `user:${userId}`;

/**
 * Counts failed attempts by account and by address over all APIs, and limits those beyond the budgets. An attacker with
 * many addresses is limited at each of them only: a limit on all attempts at an account would lock its owner out.
 */
export class LoginThrottle {
  readonly #accounts = new FailureBudget(ACCOUNT_FAILURES, isFailedAttempt);
  readonly #addresses = new FailureBudget(ADDRESS_FAILURES, isFailedAttempt);
  readonly #accountSlots = new RateLimiterMemory({ points: 1, duration: ACCOUNT_SLOT_SECONDS });
  readonly #addressSlots = new RateLimiterMemory({ points: 1, duration: ADDRESS_SLOT_SECONDS });

  /**
   * Runs `prove`, and counts it if it fails, see `isFailedAttempt`.
   * @throws DomainError CAPTCHA_REQUIRED or THROTTLED beyond a budget; otherwise as `prove`.
   */
  async attempt<T>({ account, address, captcha }: Attempt, prove: () => Promise<T>): Promise<T> {
    const bucket = addressBucket(address);
    return this.#accounts.spend(account, () =>
      this.#addresses.spend(bucket, async () => {
        if (captcha !== 'solved') await this.#limit(account, bucket, captcha);
        return prove();
      }),
    );
  }

  /**
   * For requests that cost money, such as an SMS: limited like a login once the address has spent its budget.
   * @throws DomainError CAPTCHA_REQUIRED, THROTTLED
   */
  async admit({ address, captcha }: Omit<Attempt, 'account'>): Promise<void> {
    const bucket = addressBucket(address);
    if (captcha === 'solved' || !(await this.#addresses.isSpent(bucket))) return;
    if (captcha === 'possible') throw captchaRequired();
    await takeSlot(this.#addressSlots, bucket);
  }

  async #limit(account: string, bucket: string, captcha: 'possible' | 'none'): Promise<void> {
    const isAddressSpent = await this.#addresses.isSpent(bucket);
    if (!isAddressSpent && !(await this.#accounts.isSpent(account))) return;
    if (captcha === 'possible') throw captchaRequired();
    // In this order, so that repeated attempts on one account take only one slot of the address.
    const key = `${bucket} ${account}`;
    await takeSlot(this.#accountSlots, key);
    if (!isAddressSpent) return;
    await takeSlot(this.#addressSlots, bucket).catch(async (throttled: unknown) => {
      await this.#accountSlots.delete(key);
      throw throttled;
    });
  }
}

const captchaRequired = () =>
  new DomainError('CAPTCHA_REQUIRED', 'Too many failed logins: solve an image captcha.');

async function takeSlot(slots: RateLimiterMemory, key: string): Promise<void> {
  await slots.consume(key).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
    throw throttledFor(msBeforeNext, 'Too many failed logins; try again shortly.');
  });
}
