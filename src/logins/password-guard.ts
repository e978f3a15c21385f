import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type Attempt,
  AttemptRefused,
  isFailedAttempt,
  type LoginThrottle,
} from '../rate-limits/login-throttle.js';
import type { KnownClients } from '../sessions/known-clients.js';
import type { Client } from '../sessions/sessions.js';
import type { Account, PasswordVerifier, VerifiedUser } from './password-verifier.js';

/** Verifies passwords at login within the failure budgets, which a client that the account knows can always pass. */
export class PasswordGuard {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly verifier: PasswordVerifier,
    private readonly knownClients: KnownClients,
  ) {}

  /** The account of a login name, for `verify`. */
  findAccount(em: EntityManager, login: string): Promise<Account> {
    return this.verifier.findAccount(em, login);
  }

  /**
   * Beyond a budget, a known client with a wrong password gets the answer of a stranger, in the same time: any other
   * would reveal that the account exists and knows the client.
   * @throws DomainError as `PasswordVerifier.verify`; CAPTCHA_REQUIRED, THROTTLED
   */
  async verify(account: Account, attempt: Attempt, password: string, client: Client): Promise<VerifiedUser> {
    const { userId } = attempt;
    const verify = () => this.verifier.verify(account, password);
    const asKnownClient = (otherwise: () => Promise<never>) =>
      this.#asKnownClient(userId, client, verify, otherwise);
    try {
      return await this.throttle.attempt(attempt, (accountIsOpen) =>
        accountIsOpen ? verify() : asKnownClient(() => this.verifier.reject(account, password)),
      );
    } catch (refusal) {
      if (!(refusal instanceof AttemptRefused)) throw refusal;
      const refuse = async () => {
        await this.verifier.delay(account, password);
        throw refusal;
      };
      return asKnownClient(refuse).catch((error: unknown) => {
        throw isFailedAttempt(error) ? refusal : error;
      });
    }
  }

  async #asKnownClient(
    userId: number | null,
    client: Client,
    verify: () => Promise<VerifiedUser>,
    otherwise: () => Promise<never>,
  ): Promise<VerifiedUser> {
    const known = await this.knownClients.find(userId, client);
    if (userId === null || known === null) return otherwise();
    return this.throttle.attemptAsKnownClient(userId, known, verify).catch((error: unknown) => {
      if (error instanceof AttemptRefused) return otherwise();
      throw error;
    });
  }
}
