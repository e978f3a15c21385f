import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../adapters/database.js';
import { recordAudit } from '../audit/audit.js';
import { CaptchaType } from '../captchas/captcha.entity.js';
import type { Captchas } from '../captchas/captchas.js';
import type { Scans } from '../captchas/scans.js';
import type { Clock } from '../clock.js';
import { DomainError } from '../errors.js';
import { canonicalPhone, loginName } from '../users/phone.js';
import { User, UserStatus } from '../users/user.entity.js';
import type { NewUser, Users } from '../users/users.js';
import type { Door } from './door.js';
import { hashPassword, needsRehash, verifyPassword } from './password.js';
import type { Client, OpenedSession, Sessions } from './sessions.js';
import type { Attempt, LoginThrottle } from './throttle.js';

/** The one login rule of every door. */
export class Logins {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly captchas: Captchas,
    private readonly scans: Scans,
    private readonly throttle: LoginThrottle,
    private readonly clock: Clock,
  ) {}

  /**
   * Logs in by username or phone, and password.
   * @param captcha whether an image captcha was solved, could be asked for, or the door knows none.
   * @throws DomainError ACCOUNT_UNKNOWN, ACCOUNT_DISABLED, PASSWORD_WRONG (in this order, and in the same time),
   * CAPTCHA_REQUIRED, THROTTLED, UNAVAILABLE
   */
  async withPassword(
    credentials: { login: string; password: string; captcha: Attempt['captcha'] },
    client: Client,
    door: Door,
  ): Promise<OpenedSession> {
    const em = this.db.em.fork();
    const { login, password, captcha } = credentials;
    const who = { account: loginName(login), address: client.address, captcha };
    const user = await this.throttle.attempt(who, async () => {
      const found = await this.users.findByLoginName(em, who.account);
      const matches = await verifyPassword(found?.passwordHash ?? null, password);
      if (!found) throw new DomainError('ACCOUNT_UNKNOWN', 'There is no such account.');
      requireActive(found);
      if (!matches) throw new DomainError('PASSWORD_WRONG', 'The password is wrong.');
      return found;
    });
    await this.#rehash(em, user, password);
    return this.sessions.open(em, user, client, door);
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
    door: Door,
    { opensAccount }: { opensAccount: boolean },
  ): Promise<OpenedSession> {
    const phone = canonicalPhone(proof.mobile);
    if (phone === null)
      throw new DomainError('INVALID_INPUT', 'A phone has 6 to 15 digits.', { field: 'mobile' });
    const who = { account: phone, address: client.address, captcha: 'none' } as const;
    const deviceId = proof.deviceId === undefined ? client.deviceId : proof.deviceId;
    await this.throttle.attempt(who, () =>
      this.captchas.consume(CaptchaType.SMS, phone, deviceId, proof.code),
    );
    const em = this.db.em.fork();
    const user =
      (await this.users.findByLoginName(em, phone)) ??
      (opensAccount ? await this.#openAccount(em, phone) : null);
    if (!user) throw new DomainError('ACCOUNT_UNKNOWN', 'Nobody has this phone.');
    requireActive(user);
    await this.#provePhone(em, user, client);
    return this.sessions.open(em, user, client, door);
  }

  /**
   * Logs in by a ticket that another session approved; never with more rights than that session has.
   * @throws DomainError CAPTCHA_EXPIRED, CAPTCHA_REQUIRED (not approved yet), FORBIDDEN, ACCOUNT_DISABLED
   */
  async withScan(ticket: string, client: Client & { deviceId: string }, door: Door): Promise<OpenedSession> {
    const { userId, capped } = await this.scans.redeem(ticket, client.deviceId);
    const em = this.db.em.fork();
    const user = await this.users.get(userId, em);
    requireActive(user);
    return this.sessions.open(em, user, client, door, capped || door.capped);
  }

  /** Opens an account, its phone unproven, and its first session. @throws DomainError INVALID_INPUT, CONFLICT */
  async register(
    account: NewUser & { password: string },
    client: Client,
    door: Door,
  ): Promise<OpenedSession> {
    const created = await this.users.create(account, { userId: null, address: client.address });
    const em = this.db.em.fork();
    return this.sessions.open(em, await this.users.get(created.id, em), client, door);
  }

  #openAccount(em: EntityManager, phone: string): Promise<User> {
    const actor = { userId: null, address: null };
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

  async #rehash(em: EntityManager, user: User, password: string): Promise<void> {
    const stored = user.passwordHash;
    if (stored === null || !needsRehash(stored)) return;
    // Only if it is still the same: a password changed meanwhile wins.
    await em.nativeUpdate(
      User,
      { id: user.id, passwordHash: stored },
      { passwordHash: await hashPassword(password) },
    );
  }
}

function requireActive(user: User): void {
  if (user.status !== UserStatus.ACTIVE)
    throw new DomainError('ACCOUNT_DISABLED', 'The account is disabled.');
}
