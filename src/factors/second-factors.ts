import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { RelyingParty } from '../config.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { LoginThrottle } from '../rate-limits/login-throttle.js';
import type { Caller } from '../sessions/caller.js';
import { requireAuthorityOver } from '../users/authority.js';
import type { User } from '../users/user.entity.js';
import { type AccountFactors, type FactorMethod, readAccountFactors } from './account-factors.js';
import { Authenticator } from './authenticator.entity.js';
import type { Authenticators } from './authenticators.js';
import type { Enrollments } from './enrollments.js';
import {
  countRecoveryCodes,
  MAX_RECOVERY_CODES,
  replaceRecoveryCodes,
  spendRecoveryCode,
} from './recovery-codes.js';

/** What someone entered to prove a second factor. */
export type FactorProof = CodeProof | PasskeyProof;

interface CodeProof {
  readonly method: 'TOTP' | 'RECOVERY_CODE';
  readonly response: string;
  /** The input field with the response, for errors. */
  readonly field: string;
}

/** The answer of a passkey to a challenge of the prover. */
export interface PasskeyProof {
  readonly method: 'PASSKEY';
  /** As `PublicKeyCredential.toJSON()` returns it. */
  readonly credential: unknown;
  readonly party: RelyingParty;
}

/** The account whose factor is proved, and the client that proves it. */
export interface Prover {
  readonly userId: number;
  readonly address: string;
  /** Failed attempts of each session have a budget of their own: neither logins nor other sessions spend it. */
  readonly at: 'login' | 'session';
  /** The client, if the account has signed in from it: it has a budget that strangers do not spend. */
  readonly knownClient?: string | null;
  /** The login or session that the proof is for. The challenge of a passkey is bound to it. */
  readonly subject: string;
}

/** Passkeys, as far as they are second factors. */
export interface PasskeyFactors {
  /** @throws DomainError INVALID_INPUT (the credential), PASSKEY_INVALID */
  prove(proof: PasskeyProof, prover: Prover): Promise<void>;
  deleteAll(em: EntityManager, userId: number): Promise<void>;
}

interface SecondFactorsOptions {
  readonly db: Database;
  readonly authenticators: Authenticators;
  readonly passkeys: PasskeyFactors;
  readonly enrollments: Enrollments;
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
}

/** The second factors of accounts. */
export class SecondFactors {
  constructor(private readonly options: SecondFactorsOptions) {}

  /** The ways in which an account can prove a second factor; empty without one. */
  async methodsOf(userId: number): Promise<readonly FactorMethod[]> {
    const found = await this.listByUser([userId]);
    return found.get(userId)?.methods ?? [];
  }

  /** The factors of accounts that exist, by user id. */
  listByUser(userIds: readonly number[]): Promise<Map<number, AccountFactors>> {
    return readAccountFactors(this.options.db.em.fork(), userIds);
  }

  /**
   * Verifies a proof, and uses it up.
   * @throws DomainError SECOND_FACTOR_WRONG, PASSKEY_INVALID, INVALID_INPUT (a malformed credential), THROTTLED,
   * UNAVAILABLE
   */
  async prove(proof: FactorProof, prover: Prover): Promise<void> {
    const { throttle, passkeys } = this.options;
    const { userId, address } = prover;
    const verify = async () => {
      if (proof.method === 'PASSKEY') return passkeys.prove(proof, prover);
      if (await this.#verify(proof, userId, address)) return;
      const { field } = proof;
      throw new DomainError('SECOND_FACTOR_WRONG', `${field} is wrong, or was used before.`, { field });
    };
    await throttle.attemptFrom(address, () =>
      throttle.attemptAsKnownClient(userId, `second factor at ${budgetOf(prover)}`, verify),
    );
  }

  /** Replaces the recovery codes of the caller. @throws DomainError INVALID_INPUT, CONFLICT (no second factor) */
  async regenerateRecoveryCodes(
    { user: { id } }: Caller,
    count: number,
    actor: Actor,
  ): Promise<readonly string[]> {
    if (count < 1 || count > MAX_RECOVERY_CODES) {
      throw new DomainError('INVALID_INPUT', `count must be 1 to ${MAX_RECOVERY_CODES}.`, { field: 'count' });
    }
    const { db, enrollments, clock } = this.options;
    return db.em.fork().transactional(async (em) => {
      requireSecondFactor(await enrollments.lock(em, id));
      const action = { action: 'user.recovery-codes', target: userTarget(id) } as const;
      recordAudit(em, new Date(clock()), actor, action);
      return replaceRecoveryCodes(em, id, count);
    });
  }

  /**
   * Removes all second factors of another account, and ends its logins.
   * @throws DomainError NOT_FOUND, FORBIDDEN (the account may do more than the actor), CONFLICT (no second factor)
   */
  async reset(userId: number, actor: Actor): Promise<void> {
    const { db, enrollments, passkeys } = this.options;
    const announce = await db.em.fork().transactional(async (em) => {
      const user = await enrollments.lock(em, userId);
      await em.populate(user, ['roles']);
      await requireAuthorityOver(em, actor, user);
      requireSecondFactor(user);
      await em.nativeDelete(Authenticator, { user: userId });
      await passkeys.deleteAll(em, userId);
      return enrollments.reset(em, user, actor);
    });
    await announce();
  }

  #verify({ method, response }: CodeProof, userId: number, address: string): Promise<boolean> {
    if (method === 'TOTP') return this.options.authenticators.verify(userId, response);
    return this.options.db.em.fork().transactional((em) => this.#verifyCode(em, userId, response, address));
  }

  async #verifyCode(em: EntityManager, userId: number, code: string, address: string): Promise<boolean> {
    if (!(await spendRecoveryCode(em, userId, code))) return false;
    const left = await countRecoveryCodes(em, userId);
    const actor = { userId, address };
    const action = { action: 'user.recovery-code', target: userTarget(userId), detail: `${left}` } as const;
    recordAudit(em, new Date(this.options.clock()), actor, action);
    return true;
  }
}

const budgetOf = ({ at, subject, knownClient }: Prover): string =>
  at === 'session' ? `session ${subject}` : (knownClient ?? 'login');

/** @throws DomainError CONFLICT */
function requireSecondFactor({ secondFactorSince }: User): void {
  if (secondFactorSince !== null) return;
  throw new DomainError('CONFLICT', 'The account has no second factor.');
}
