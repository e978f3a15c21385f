import { isIPv4, isIPv6 } from 'node:net';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError, type DomainErrorCode, throttledFor } from '../errors.js';

/** Failures within the window before an attempt is slowed or asks for a captcha. */
const ACCOUNT_FAILURES = 10;
const ADDRESS_FAILURES = 50;
const WINDOW_SECONDS = 15 * 60;

/**
 * Past a budget, where no captcha can be asked for, each address still gets one try per account in this time: the
 * owner is never locked out. So of a hundred wrong guesses at once, from one address at one account, eleven are
 * looked at: ten within the budget and one by the slow lane.
 */
const ACCOUNT_LANE_SECONDS = 10;

/**
 * Past its own budget an address gets one try in this time over all accounts, lest each further account give it a
 * free one. Somebody who shares the address with a guesser may have to try again, and gets in from elsewhere.
 */
const ADDRESS_LANE_SECONDS = 2;

/** What counts as a failed guess. */
const guesses: ReadonlySet<DomainErrorCode> = new Set([
  'ACCOUNT_UNKNOWN',
  'ACCOUNT_DISABLED',
  'PASSWORD_WRONG',
  'CAPTCHA_INVALID',
]);

/** Whether a login failed by a guess; what was braked is none. */
export const isGuess = (error: unknown): error is DomainError =>
  error instanceof DomainError && guesses.has(error.code);

/** Somebody trying to prove who they are. */
export interface Attempt {
  /** As `accountOf` names it: one for all names of a person. */
  readonly account: string;
  readonly address: string;
  /** `solved` lifts the brake; `possible` asks for one; `none` where the door cannot ask. */
  readonly captcha: 'solved' | 'possible' | 'none';
}

/** The account that a login is tried on: a user, or the canonical name that nobody has. */
export const accountOf = (user: number | null, name = ''): string =>
  user === null ? `name:${name.slice(0, 64)}` : `user:${user}`;

/**
 * Counts failed logins per account and per address, across all doors, and brakes what goes past the budget.
 * A guesser spread over many addresses is braked per address only: to brake all guesses at an account together
 * would be to let a guesser lock its owner out.
 */
export class LoginThrottle {
  readonly #accounts = new FailureBudget(ACCOUNT_FAILURES);
  readonly #addresses = new FailureBudget(ADDRESS_FAILURES);
  readonly #accountLane = new RateLimiterMemory({ points: 1, duration: ACCOUNT_LANE_SECONDS });
  readonly #addressLane = new RateLimiterMemory({ points: 1, duration: ADDRESS_LANE_SECONDS });

  /**
   * Runs `prove`, and counts it when it throws a failed guess.
   * @throws DomainError CAPTCHA_REQUIRED or THROTTLED past the budget; else what `prove` throws.
   */
  async attempt<T>(who: Attempt, prove: () => Promise<T>): Promise<T> {
    const address = addressBucket(who.address);
    return this.#accounts.spend(who.account, () =>
      this.#addresses.spend(address, async () => {
        if (who.captcha !== 'solved') await this.#brake(who.account, address, who.captcha);
        return prove();
      }),
    );
  }

  /**
   * Lets an address ask for something that costs us money, as long as it has not guessed its budget away; then it
   * is braked as at a login.
   * @throws DomainError CAPTCHA_REQUIRED, THROTTLED
   */
  async admit({ address, captcha }: Omit<Attempt, 'account'>): Promise<void> {
    const bucket = addressBucket(address);
    if (captcha === 'solved' || !(await this.#addresses.isSpent(bucket))) return;
    if (captcha === 'possible') throw captchaRequired();
    await takeTurn(this.#addressLane, bucket);
  }

  async #brake(account: string, address: string, captcha: 'possible' | 'none'): Promise<void> {
    const addressIsSpent = await this.#addresses.isSpent(address);
    if (!addressIsSpent && !(await this.#accounts.isSpent(account))) return;
    if (captcha === 'possible') throw captchaRequired();
    // This order, so that repeated tries at one account cost the address one turn only.
    const key = `${address} ${account}`;
    await takeTurn(this.#accountLane, key);
    if (!addressIsSpent) return;
    await takeTurn(this.#addressLane, address).catch(async (busy: unknown) => {
      await this.#accountLane.delete(key);
      throw busy;
    });
  }
}

const captchaRequired = () =>
  new DomainError('CAPTCHA_REQUIRED', 'Too many failed logins: an image captcha is needed.');

async function takeTurn(lane: RateLimiterMemory, key: string): Promise<void> {
  await lane.consume(key).catch((busy: { msBeforeNext: number }) => {
    throw throttledFor(busy.msBeforeNext, 'Too many failed logins; try again shortly.');
  });
}

/**
 * Failures of one key within the window. Attempts under way count as failures until they end, and those past
 * the budget wait for them instead of being refused: a hundred parallel guesses get no more than the budget,
 * and a hundred devices that log in at once with the right password all get in. Once it is spent nobody waits:
 * each is braked on its own, and a queue of guesses from everywhere would lock the owner out.
 */
class FailureBudget {
  readonly #failures: RateLimiterMemory;
  readonly #gates = new Map<string, { inside: number; waiting: (() => void)[] }>();

  constructor(private readonly budget: number) {
    this.#failures = new RateLimiterMemory({ points: budget, duration: WINDOW_SECONDS });
  }

  async isSpent(key: string): Promise<boolean> {
    return (await this.#count(key)) >= this.budget;
  }

  async spend<T>(key: string, attempt: () => Promise<T>): Promise<T> {
    await this.#enter(key);
    try {
      return await attempt();
    } catch (error) {
      if (isGuess(error)) await this.#failures.penalty(key);
      throw error;
    } finally {
      this.#leave(key);
    }
  }

  async #count(key: string): Promise<number> {
    return (await this.#failures.get(key))?.consumedPoints ?? 0;
  }

  async #enter(key: string): Promise<void> {
    for (;;) {
      const left = this.budget - (await this.#count(key));
      const gate = this.#gates.get(key) ?? { inside: 0, waiting: [] };
      this.#gates.set(key, gate);
      const isSpent = left <= 0;
      if (isSpent || gate.inside < left) {
        gate.inside += 1;
        if (isSpent) gate.waiting.shift()?.();
        return;
      }
      await new Promise<void>((wake) => gate.waiting.push(wake));
    }
  }

  #leave(key: string): void {
    const gate = this.#gates.get(key);
    if (!gate) return;
    gate.inside -= 1;
    const wake = gate.waiting.shift();
    if (wake) wake();
    else if (gate.inside === 0) this.#gates.delete(key);
  }
}

/** Where what is no address counts, all together: else each spelling of it would have a budget of its own. */
const NO_ADDRESS = 'unknown';

/** One bucket for what one subscriber line can use: an IPv4 address, or an IPv6 /64. */
export function addressBucket(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return NO_ADDRESS;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  const zeros = Array<string>(tail === undefined ? 0 : 8 - front.length - back.length).fill('0');
  const groups = [...front, ...zeros, ...back].slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
