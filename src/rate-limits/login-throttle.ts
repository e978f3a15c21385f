import { DomainError, type DomainErrorCode, type DomainErrorDetails, throttledFor } from '../errors.js';
import { addressBucket } from './address-bucket.js';
import { FailureBudget, type FailureLimit } from './failure-budget.js';
import type { Limiter, Limiters } from './limiters.js';

const QUARTER_SECONDS = 15 * 60;

/** Failures after which a captcha is required, or attempts are slowed down. */
const NAME_FAILURES = { max: 10, windowSeconds: QUARTER_SECONDS };
const ADDRESS_FAILURES = { max: 50, windowSeconds: QUARTER_SECONDS };

/** Programs read image captchas as well as people do, so a solved one lifts the limits above only as far as this. */
const HOURLY_FAILURES = { max: 100, windowSeconds: 3600 };

/** Failures of a known client of an account, whatever strangers do. */
const KNOWN_CLIENT_FAILURES = { max: 10, windowSeconds: QUARTER_SECONDS };

/**
 * Where no captcha can be solved, each address still gets one attempt per name in this time. Of a hundred parallel wrong
 * attempts on one name from one address, eleven are checked: ten within the budget, and this one.
 */
const NAME_SLOT_SECONDS = 10;

/**
 * An address beyond its own budget gets one attempt in this time over all names: otherwise, it would get one for each
 * further name. Others behind the same address may have to retry.
 */
const ADDRESS_SLOT_SECONDS = 2;

const failures: ReadonlySet<DomainErrorCode> = new Set([
  'ACCOUNT_UNKNOWN',
  'ACCOUNT_DISABLED',
  'PASSWORD_WRONG',
  'SECOND_FACTOR_WRONG',
  'CAPTCHA_INVALID',
  'PASSKEY_INVALID',
]);

/** Whether an attempt failed by what was entered, rather than by the throttle or a fault. */
export const isFailedAttempt = (error: unknown): error is DomainError =>
  error instanceof DomainError && failures.has(error.code);

/** The throttle refused an attempt: CAPTCHA_REQUIRED or THROTTLED. */
export class AttemptRefused extends DomainError {
  constructor(code: 'CAPTCHA_REQUIRED' | 'THROTTLED', message: string, details?: DomainErrorDetails) {
    super(code, message, details);
  }
}

/** An attempt to log in with a password. */
export interface Attempt {
  /** The canonical login name. Each name of an account is counted alone: together, they would reveal each other. */
  readonly name: string;
  /** Null when no account has this name. */
  readonly userId: number | null;
  readonly address: string;
  /** `solved` lifts the limit, within 100 failures an hour. `possible`: one can be required. `none`: the API cannot. */
  readonly captcha: 'solved' | 'possible' | 'none';
}

/**
 * Counts failed attempts by name, by account and by address over all APIs, and limits those beyond the budgets. An
 * attempt of a client that the account knows has a budget of its own: strangers can never lock the owner out.
 */
export class LoginThrottle {
  readonly #names: FailureBudget;
  readonly #namesHourly: FailureBudget;
  readonly #accountsHourly: FailureBudget;
  readonly #addresses: FailureBudget;
  readonly #knownClients: FailureBudget;
  readonly #nameSlots: Limiter;
  readonly #addressSlots: Limiter;

  constructor(limiters: Limiters) {
    const budget = (name: string, limit: Omit<FailureLimit, 'name'>) =>
      new FailureBudget(limiters, { name, ...limit }, isFailedAttempt);
    const slots = (name: string, windowSeconds: number) =>
      limiters.create({ name, points: 1, windowSeconds });
    this.#names = budget('names', NAME_FAILURES);
    this.#namesHourly = budget('names-hourly', HOURLY_FAILURES);
    this.#accountsHourly = budget('accounts-hourly', HOURLY_FAILURES);
    this.#addresses = budget('addresses', ADDRESS_FAILURES);
    this.#knownClients = budget('known-clients', KNOWN_CLIENT_FAILURES);
    this.#nameSlots = slots('name-slots', NAME_SLOT_SECONDS);
    this.#addressSlots = slots('address-slots', ADDRESS_SLOT_SECONDS);
  }

  /**
   * Runs `prove`, and counts it if it fails, see `isFailedAttempt`.
   * @param prove gets whether the account takes the password. If not, its names together have taken too many wrong ones,
   * and `prove` must fail as with a wrong password: to refuse it would reveal that the names belong together.
   * @throws AttemptRefused beyond a budget; otherwise as `prove`.
   */
  async attempt<T>(attempt: Attempt, prove: (accountIsOpen: boolean) => Promise<T>): Promise<T> {
    const name = attempt.name.slice(0, 64);
    const bucket = addressBucket(attempt.address);
    // All attempts enter the budgets in this order, so that none waits for one that waits for it.
    return this.#namesHourly.spend(name, () =>
      this.#names.spend(name, () =>
        this.#addresses.spend(bucket, async () => {
          await this.#limit(name, bucket, attempt.captcha);
          return this.#proveToAccount(attempt.userId, prove);
        }),
      ),
    );
  }

  /**
   * Runs `prove` for a client that the account knows.
   * @param client one key for each client of an account.
   * @throws AttemptRefused when the client has spent its own budget; otherwise as `prove`.
   */
  async attemptAsKnownClient<T>(userId: number, client: string, prove: () => Promise<T>): Promise<T> {
    const key = `${userId} ${client}`;
    return this.#accountsHourly.spend(String(userId), () =>
      this.#knownClients.spend(key, async () => {
        const spentForMs = await this.#knownClients.spentForMs(key);
        if (spentForMs > 0) throw throttled(spentForMs);
        return prove();
      }),
    );
  }

  /**
   * Runs `prove` within the budget of the address, for what limits its attempts by itself, such as an SMS code.
   * @throws AttemptRefused beyond the budget; otherwise as `prove`.
   */
  async attemptFrom<T>(address: string, prove: () => Promise<T>): Promise<T> {
    const bucket = addressBucket(address);
    return this.#addresses.spend(bucket, async () => {
      if (await this.#addresses.isSpent(bucket)) await takeSlot(this.#addressSlots, bucket);
      return prove();
    });
  }

  /**
   * For requests that cost money, such as an SMS: limited like a login once the address has spent its budget.
   * @throws AttemptRefused
   */
  async admit({ address, captcha }: Pick<Attempt, 'address' | 'captcha'>): Promise<void> {
    const bucket = addressBucket(address);
    if (captcha === 'solved' || !(await this.#addresses.isSpent(bucket))) return;
    if (captcha === 'possible') throw captchaRequired();
    await takeSlot(this.#addressSlots, bucket);
  }

  async #limit(name: string, bucket: string, captcha: Attempt['captcha']): Promise<void> {
    const spentForMs = await this.#namesHourly.spentForMs(name);
    if (spentForMs > 0) throw throttled(spentForMs);
    if (captcha === 'solved') return;
    const isAddressSpent = await this.#addresses.isSpent(bucket);
    if (!isAddressSpent && !(await this.#names.isSpent(name))) return;
    if (captcha === 'possible') throw captchaRequired();
    // In this order, so that repeated attempts on one name take only one slot of the address.
    const key = `${bucket} ${name}`;
    await takeSlot(this.#nameSlots, key);
    if (!isAddressSpent) return;
    await takeSlot(this.#addressSlots, bucket).catch(async (refusal: unknown) => {
      await this.#nameSlots.delete(key);
      throw refusal;
    });
  }

  async #proveToAccount<T>(userId: number | null, prove: (accountIsOpen: boolean) => Promise<T>): Promise<T> {
    if (userId === null) return prove(true);
    const account = String(userId);
    return this.#accountsHourly.spend(account, async () =>
      prove(!(await this.#accountsHourly.isSpent(account))),
    );
  }
}

const captchaRequired = () =>
  new AttemptRefused('CAPTCHA_REQUIRED', 'Too many failed logins: solve an image captcha.');

function throttled(ms: number): AttemptRefused {
  const { message, details } = throttledFor(ms, 'Too many failed logins; try again later.');
  return new AttemptRefused('THROTTLED', message, details);
}

async function takeSlot(slots: Limiter, key: string): Promise<void> {
  await slots.consume(key).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
    throw throttled(msBeforeNext);
  });
}
