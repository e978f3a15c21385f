import { setTimeout as wait } from 'node:timers/promises';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import { expiredCaptcha } from '../captchas/captcha-store.js';
import type { SmsCodes } from '../captchas/sms-codes.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { LoginAttempts } from '../logins/login-attempts.js';
import type { PasswordReplacement } from '../logins/password-replacement.js';
import type { Attempt } from '../rate-limits/login-throttle.js';
import { Api } from '../sessions/session.entity.js';
import type { Client } from '../sessions/sessions.js';
import { requirePerson } from '../users/account-status.js';
import { requirePhone } from '../users/names/login-names.js';
import { checkNewPassword, standardPasswordPolicy } from '../users/passwords/password-policy.js';
import { displayPhone } from '../users/phone.js';
import { type User, UserStatus } from '../users/user.entity.js';
import type { Users } from '../users/users.js';

/**
 * When a request for a code is answered, in milliseconds: a code that is sent must not take longer than one that is not.
 */
const ANSWER_MS = 400;

/** A code sent by SMS, and the password to set with it. */
export interface SmsReset {
  /** In any spelling. */
  readonly phone: string;
  readonly code: string;
  readonly newPassword: string;
}

export interface PasswordResetsOptions {
  readonly db: Database;
  readonly users: Users;
  readonly codes: SmsCodes;
  readonly attempts: LoginAttempts;
  readonly replacement: PasswordReplacement;
  readonly clock: Clock;
  /** By default 400. */
  readonly answerMs?: number | undefined;
}

/** Resets passwords with a code that is sent to the verified phone of an account. */
export class PasswordResets {
  constructor(private readonly options: PasswordResetsOptions) {}

  /**
   * Sends a code. Neither the answer nor its time reveals whether an account has the phone.
   * @param captcha as in `SmsCodes.send`.
   * @returns when the code expires, if one was sent.
   * @throws DomainError INVALID_INPUT, CAPTCHA_REQUIRED, THROTTLED
   */
  async request(phone: string, client: Client, captcha: Attempt['captcha']): Promise<Date> {
    const { codes, answerMs = ANSWER_MS } = this.options;
    const answer = wait(answerMs);
    const find = (canonical: string) => this.#findRecoverable(canonical);
    const { expiresAt, message } = await codes.reserveReset(phone, client, captcha, find);
    // Neither waited for nor failed with: both would reveal the account. The sender reports its failures.
    if (message) this.#deliver(message, client).catch(() => {});
    await answer;
    return expiresAt;
  }

  /**
   * Sets a new password, and ends all sessions of the account.
   * @returns the account, roles loaded, as it was before.
   * @throws DomainError INVALID_INPUT, CAPTCHA_EXPIRED, CAPTCHA_INVALID, THROTTLED, UNAVAILABLE
   */
  async reset({ phone: input, code, newPassword }: SmsReset, client: Client): Promise<User> {
    const { db, users, codes, attempts, replacement } = this.options;
    const phone = requirePhone(input, 'phone');
    // What can be checked without the account comes first, so that it costs no code.
    await checkPassword(newPassword, [displayPhone(phone)]);
    const { address, deviceId } = client;
    const em = db.em.fork();
    const findUserId = async () => (await users.findByPhone(em, phone))?.id ?? null;
    const attempt = {
      findUserId,
      client,
      name: phone,
      api: Api.GRAPHQL,
      action: 'user.reset-refuse',
    } as const;
    return attempts.run(attempt, async () => {
      const answer = { purpose: 'password reset', phone, code, deviceId } as const;
      await codes.check(answer, client);
      const user = await this.#findRecoverable(phone);
      if (user === null) throw expiredCaptcha();
      await checkPassword(newPassword, [user.username, displayPhone(phone)]);
      await replacement.replace(
        {
          userId: user.id,
          password: newPassword,
          where: { phone, phoneVerifiedAt: { $ne: null }, status: UserStatus.ACTIVE },
          refusal: expiredCaptcha,
          confirm: (tx) => codes.consumeWithin(tx, answer, client),
        },
        { userId: user.id, address },
        { action: 'user.password-reset', detail: 'sms' },
      );
      return user;
    });
  }

  /**
   * Sets the password of any account, for the command line, and ends all its sessions.
   * @throws DomainError INVALID_INPUT
   */
  async resetByOperator(user: User, newPassword: string, actor: Actor): Promise<void> {
    requirePerson(user);
    const { username, phone } = user;
    await checkPassword(newPassword, [username, phone && displayPhone(phone)]);
    const refusal = () => new DomainError('NOT_FOUND', 'There is no such user.');
    const password = { userId: user.id, password: newPassword, where: {}, refusal };
    await this.options.replacement.replace(password, actor, {
      action: 'user.password-reset',
      detail: 'operator',
    });
  }

  /** The account that may get a code on this phone. */
  async #findRecoverable(phone: string): Promise<User | null> {
    const { db, users } = this.options;
    const user = await users.findByPhone(db.em.fork(), phone);
    return user && isRecoverable(user) ? user : null;
  }

  async #deliver(
    { recipient, send }: { recipient: User; send: () => Promise<unknown> },
    { address }: Client,
  ): Promise<void> {
    const em = this.options.db.em.fork();
    const action = { action: 'user.reset-request', target: userTarget(recipient.id) } as const;
    recordAudit(em, new Date(this.options.clock()), { userId: null, address }, action);
    await em.flush();
    await send();
  }
}

const isRecoverable = ({ status, phoneVerifiedAt }: User): boolean =>
  status === UserStatus.ACTIVE && phoneVerifiedAt !== null;

const checkPassword = (password: string, names: readonly (string | null)[]): Promise<void> =>
  checkNewPassword(password, standardPasswordPolicy, names, 'newPassword');
