import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.js';
import { CaptchaType } from '../captchas/captcha.entity.js';
import type { Captchas } from '../captchas/captchas.js';
import type { ScanTickets } from '../captchas/scan-tickets.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { type Attempt, accountOf, isGuess, type LoginThrottle } from '../rate-limits/login-throttle.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client, OpenedSession, Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { requirePhone } from '../users/login-names.js';
import { hashPassword, needsRehash, timedVerification, verifyPassword } from '../users/password-hash.js';
import { canonicalLoginName } from '../users/phone.js';
import { User, UserStatus } from '../users/user.entity.js';
import type { NewUser, Users } from '../users/users.js';

/**
 * No wrong password is answered before its hashing took this long: argon2id takes about 45 ms, an imported bcrypt
 * hash of the usual costs 10 to 12 110 to 370, and the difference would tell who has an account that came with
 * such a hash. Costs above 12 still show, until their owners log in.
 */
const SLOWEST_HASH_MS = 400;

/** The one login rule of every policy. */
export class Logins {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly captchas: Captchas,
    private readonly scanTickets: ScanTickets,
    private readonly throttle: LoginThrottle,
    private readonly clock: Clock,
    private readonly slowestHashMs = SLOWEST_HASH_MS,
  ) {}

  /**
   * Logs in by username or phone, and password.
   * @param captcha whether an image captcha was solved, could be asked for, or the policy knows none.
   * @throws DomainError ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, PASSWORD_WRONG (in this order, and in the same time),
   * CAPTCHA_REQUIRED, THROTTLED, UNAVAILABLE
   */
  async withPassword(
    credentials: { login: string; password: string; captcha: Attempt['captcha'] },
    client: Client,
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const em = this.db.em.fork();
    const { login, password, captcha } = credentials;
    const name = canonicalLoginName(login);
    const userId = await this.users.idOf(em, name);
    const who = { account: accountOf(userId, name), address: client.address, captcha };
    return this.#recordingRefusals(userId, client, policy, () =>
      this.throttle.attempt(who, async () => {
        const { user, passwordHash } = await this.#verify(em, userId, password);
        const proof = { passwordHash: await this.#rehash(em, user.id, passwordHash, password) };
        return this.sessions.open(em, user, client, policy, { proof });
      }),
    );
  }

  /**
   * Logs in by phone and SMS code.
   * @param proof with the device that the code is bound to; unless told, the client's.
   * @param opensAccount whether a number that nobody has gets an account (where there is no other way in).
   * @throws DomainError INVALID_INPUT, CAPTCHA_EXPIRED, CAPTCHA_INVALID, ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, THROTTLED
   */
  async withPhone(
    proof: { mobile: string; code: string; deviceId?: string | null },
    client: Client,
    policy: SessionPolicy,
    { opensAccount }: { opensAccount: boolean },
  ): Promise<OpenedSession> {
    const phone = requirePhone(proof.mobile, 'mobile');
    const em = this.db.em.fork();
    const userId = await this.users.idOf(em, phone);
    const who = { account: accountOf(userId, phone), address: client.address, captcha: 'none' } as const;
    const deviceId = proof.deviceId === undefined ? client.deviceId : proof.deviceId;
    return this.#recordingRefusals(userId, client, policy, async () => {
      await this.throttle.attempt(who, () =>
        this.captchas.consume(CaptchaType.SMS, phone, deviceId, proof.code),
      );
      const user =
        (await this.users.findByLoginName(em, phone)) ??
        (opensAccount ? await this.#openAccount(em, phone, client) : null);
      if (!user) throw new DomainError('ACCOUNT_UNKNOWN', 'Nobody has this phone.');
      requireActive(user);
      await this.#provePhone(em, user, client);
      return this.sessions.open(em, user, client, policy);
    });
  }

  /**
   * Logs in by a ticket that another session approved; never with more rights than that session has.
   * @throws DomainError CAPTCHA_EXPIRED (or the approving session has ended), CAPTCHA_REQUIRED (not approved yet),
   * FORBIDDEN, ACCOUNT_DISABLED
   */
  async withScan(
    ticket: string,
    client: Client & { deviceId: string },
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const { userId, restricted, approvedBy } = await this.scanTickets.redeem(ticket, client.deviceId);
    const em = this.db.em.fork();
    const user = await this.users.get(userId, em);
    return this.sessions.open(em, user, client, policy, {
      restricted: restricted || policy.restricted,
      proof: { approvedBy },
    });
  }

  /** Opens an account, its phone unproven, and its first session. @throws DomainError as `Users.register` does. */
  async register(
    account: NewUser & { password: string },
    client: Client,
    policy: SessionPolicy,
  ): Promise<OpenedSession> {
    const created = await this.users.register(account, client.address);
    const em = this.db.em.fork();
    return this.sessions.open(em, await this.users.get(created.id, em), client, policy);
  }

  /**
   * Keeps each wrong guess in the audit log, and none that was braked: nobody fills the log faster than they guess.
   * Never the name that was typed, which may be a password.
   */
  async #recordingRefusals<T>(
    userId: number | null,
    client: Client,
    policy: SessionPolicy,
    login: () => Promise<T>,
  ): Promise<T> {
    try {
      return await login();
    } catch (error) {
      if (isGuess(error)) {
        const em = this.db.em.fork();
        const detail = `${policy.api} ${error.code}`;
        const target = userId === null ? {} : { target: `user:${userId}` };
        const actor = { userId: null, address: client.address };
        recordAudit(em, new Date(this.clock()), actor, { action: 'session.refuse', ...target, detail });
        await em.flush();
      }
      throw error;
    }
  }

  #openAccount(em: EntityManager, phone: string, { address }: Client): Promise<User> {
    const actor = { userId: null, address };
    return em.transactional((tx) =>
      this.users.add(tx, { phone: `+${phone}`, phoneVerified: true, passwordHash: null }, actor),
    );
  }

  /**
   * Whoever first proves that the phone is theirs owns the account: what somebody who only claimed the number
   * left behind, sessions and password, ends.
   */
  async #provePhone(em: EntityManager, user: User, client: Client): Promise<void> {
    if (user.phoneVerifiedAt) return;
    const now = new Date(this.clock());
    const proven = await em.nativeUpdate(
      User,
      { id: user.id, phoneVerifiedAt: null },
      { phoneVerifiedAt: now, passwordHash: null },
    );
    if (proven === 0) return;
    recordAudit(em, now, { userId: user.id, address: client.address }, { action: 'user.phone-proven' });
    await em.flush();
    await this.sessions.revokeAll(user.id);
  }

  /** The user, if the password is theirs; no failure is told from another by its time. */
  async #verify(em: EntityManager, userId: number | null, password: string) {
    const start = performance.now();
    // Asked for nobody, too, who has the id 0; but to read somebody takes longer.
    const user = await this.users.find(userId ?? 0, em);
    const foundMs = performance.now() - start;
    const passwordHash = user?.passwordHash ?? null;
    const { matches, tookMs } = await timedVerification(passwordHash, password);
    if (user && passwordHash && matches && user.status === UserStatus.ACTIVE) return { user, passwordHash };
    await wait(Math.max(0, this.slowestHashMs - foundMs - tookMs));
    if (!user) throw new DomainError('ACCOUNT_UNKNOWN', 'There is no such account.');
    requireActive(user);
    throw wrongPassword();
  }

  /**
   * Keeps a verified password with today's parameters.
   * @returns the hash that is kept now.
   * @throws DomainError PASSWORD_WRONG when the password was changed meanwhile.
   */
  async #rehash(em: EntityManager, userId: number, verified: string, password: string): Promise<string> {
    if (!needsRehash(verified)) return verified;
    const passwordHash = await hashPassword(password);
    const replaced = await em.nativeUpdate(User, { id: userId, passwordHash: verified }, { passwordHash });
    if (replaced === 1) return passwordHash;
    // Replaced by another login at the same time, or changed.
    const current = (await this.users.get(userId)).passwordHash;
    if (current && (await verifyPassword(current, password))) return current;
    throw wrongPassword();
  }
}

const wrongPassword = () => new DomainError('PASSWORD_WRONG', 'The password is wrong.');
