import { randomBytes, randomUUID } from 'node:crypto';
import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { addressBucket } from '../rate-limits/address-bucket.js';
import type { Caller, Client } from '../sessions/sessions.js';
import type { TokenSigner } from '../sessions/tokens/token-signer.js';
import { Captcha, CaptchaType, ScanState } from './captcha.entity.js';
import { CAPTCHA_LIFETIME_MS } from './captcha-store.js';
import type { CaptchaTurns } from './captcha-turns.js';
import type { ScanStatuses } from './scan-statuses.js';
import type { ScanStatus, ScanStream } from './scan-stream.js';

/** Separates the hashes of tickets from those of other captchas. */
const PURPOSE = 'scan ticket';

/** An approved ticket that was redeemed. */
export interface RedeemedScan {
  /** The user to log in. */
  readonly userId: number;
  /** Whether the approving session was restricted; the new one must be too. */
  readonly restricted: boolean;
  /** The id of the approving session. */
  readonly approvedBy: string;
}

/** Login by scanning: a device shows a ticket, a signed-in user claims and approves it, and the device redeems it. */
export class ScanTickets {
  constructor(
    private readonly db: Database,
    private readonly statuses: ScanStatuses,
    private readonly signer: TokenSigner,
    private readonly turns: CaptchaTurns,
    private readonly clock: Clock,
  ) {}

  /**
   * Issues a ticket of 128 random bits that is bound to the device, and invalidates its earlier one.
   * @param browser name of the requesting browser, see `browser-name.ts`; null if unknown.
   * @throws DomainError THROTTLED past the limit of the address, UNAVAILABLE if too many captchas wait
   */
  issue(
    deviceId: string,
    client: Client,
    browser: string | null = null,
  ): Promise<{ ticket: string; expiresAt: Date }> {
    return this.turns.run(client.address, () => this.#issue(deviceId, client, browser));
  }

  async #issue(deviceId: string, client: Client, browser: string | null) {
    const ticket = randomBytes(16).toString('hex');
    const now = this.clock();
    const expiresAt = new Date(now + CAPTCHA_LIFETIME_MS);
    const em = this.db.em.fork();
    const open = { type: CaptchaType.SCAN, subject: deviceId, consumedAt: null };
    const earlier = await em.find(Captcha, open, { fields: ['answerHash'] });
    await em.nativeUpdate(Captcha, open, { consumedAt: new Date(now), scanState: ScanState.EXPIRED });
    for (const { answerHash } of earlier) this.statuses.announce(answerHash);
    await em.insert(Captcha, {
      id: randomUUID(),
      type: CaptchaType.SCAN,
      subject: deviceId,
      deviceId,
      answerHash: this.signer.mac(PURPOSE, ticket),
      address: addressBucket(client.address),
      requestedBy: browser,
      createdAt: new Date(now),
      expiresAt,
      scanState: ScanState.PENDING,
    });
    return { ticket, expiresAt };
  }

  /**
   * Shows the waiting device who scanned its ticket. From then on only that user can decide.
   * @throws DomainError CAPTCHA_EXPIRED, FORBIDDEN (claimed by another user)
   */
  claim(ticket: string, caller: Caller): Promise<ScanStatus> {
    const from = [ScanState.PENDING, ScanState.CLAIMED];
    return this.#transition(ticket, caller, { scanState: ScanState.CLAIMED }, from);
  }

  /**
   * Approves or denies a ticket, and claims it if it is unclaimed. Until the ticket is redeemed, the same user can
   * approve again, from another session too, or deny after all.
   * @throws DomainError CAPTCHA_EXPIRED, FORBIDDEN (claimed by another user)
   */
  decide(ticket: string, caller: Caller, approve: boolean): Promise<ScanStatus> {
    const decision = approve
      ? { scanState: ScanState.APPROVED, restricted: caller.restricted, approvedBy: caller.sessionId }
      : { scanState: ScanState.DENIED, consumedAt: new Date(this.clock()) };
    const from = [ScanState.PENDING, ScanState.CLAIMED, ScanState.APPROVED];
    return this.#transition(ticket, caller, decision, from);
  }

  /**
   * Redeems an approved ticket together with what it is redeemed for; of parallel calls one succeeds.
   * @param use works in the transaction that redeems the ticket.
   * @returns what `use` returns.
   * @throws DomainError CAPTCHA_EXPIRED (unknown, of another device, redeemed, expired, or the approving session has
   * ended), CAPTCHA_REQUIRED (not approved yet), FORBIDDEN (denied)
   */
  async redeem<T>(
    ticket: string,
    deviceId: string,
    use: (em: EntityManager, scan: RedeemedScan) => Promise<T>,
  ): Promise<T> {
    const answerHash = await this.#findHash(ticket);
    const used = await this.db.em
      .fork()
      .transactional(async (em) => use(em, await this.#redeem(em, answerHash, deviceId)));
    this.statuses.announce(answerHash);
    return used;
  }

  async #redeem(em: EntityManager, answerHash: string, deviceId: string): Promise<RedeemedScan> {
    const now = new Date(this.clock());
    const [redeemed] = await em.execute<RedeemedScan[]>(
      `update captchas set scan_state = 'REDEEMED', consumed_at = ?
       where answer_hash = ? and device_id = ? and scan_state = 'APPROVED' and consumed_at is null
         and expires_at > ? and exists (
           select from sessions join users on users.id = sessions.user_id
           where sessions.id = approved_by and revoked_at is null and users.status = 'ACTIVE')
       returning scanned_by_id as "userId", capped as restricted, approved_by as "approvedBy"`,
      [now.toISOString(), answerHash, deviceId, now.toISOString()],
    );
    if (redeemed) return redeemed;
    const scan = await em.findOne(Captcha, { answerHash, deviceId });
    if (scan?.scanState === ScanState.DENIED) throw new DomainError('FORBIDDEN', 'The login was denied.');
    const undecided = scan?.scanState === ScanState.PENDING || scan?.scanState === ScanState.CLAIMED;
    if (undecided && scan.expiresAt > now) {
      throw new DomainError('CAPTCHA_REQUIRED', 'The login has not been approved yet.');
    }
    throw expiredTicket();
  }

  /**
   * The status now and at every change, until it is final.
   * @throws DomainError CAPTCHA_EXPIRED for an unknown ticket, and for the ticket of another device.
   */
  async watch(ticket: string, deviceId: string): Promise<ScanStream> {
    return this.statuses.watch({ answerHash: await this.#findHash(ticket), deviceId });
  }

  /** Changes a ticket that nobody else has claimed. */
  async #transition(
    ticket: string,
    caller: Caller,
    change: { scanState: ScanState; restricted?: boolean; approvedBy?: string; consumedAt?: Date },
    from: ScanState[],
  ): Promise<ScanStatus> {
    const answerHash = await this.#findHash(ticket);
    const unexpired = { answerHash, expiresAt: { $gt: new Date(this.clock()) } };
    const unclaimedOrOwn = { $or: [{ scannedBy: null }, { scannedBy: caller.user.id }] };
    const changed = await this.db.em
      .fork()
      .nativeUpdate(
        Captcha,
        { ...unexpired, ...unclaimedOrOwn, consumedAt: null, scanState: { $in: from } },
        { ...change, scannedBy: caller.user.id },
      );
    if (changed === 1) this.statuses.announce(answerHash);
    else await this.#requireRepetition(unexpired, caller, change.scanState);
    return this.statuses.read({ answerHash });
  }

  /** Accepts a ticket that the caller has brought into this state before. */
  async #requireRepetition(where: FilterQuery<Captcha>, caller: Caller, state: ScanState): Promise<void> {
    const scan = await this.db.em.fork().findOne(Captcha, where);
    const isOwn = scan?.scannedBy?.id === caller.user.id;
    if (isOwn && scan.scanState === state) return;
    if (scan?.scannedBy && !isOwn && !scan.consumedAt) {
      throw new DomainError('FORBIDDEN', 'Another user has scanned this code.');
    }
    throw expiredTicket();
  }

  /** The hash that is stored of a ticket: with several secrets, any of them may have been the first when it was issued. */
  async #findHash(ticket: string): Promise<string> {
    const [first = '', ...others] = this.signer.macs(PURPOSE, ticket);
    if (others.length === 0) return first;
    const answerHash = { $in: [first, ...others] };
    const scan = await this.db.em.fork().findOne(Captcha, { answerHash }, { fields: ['answerHash'] });
    return scan?.answerHash ?? first;
  }
}

export const expiredTicket = () =>
  new DomainError('CAPTCHA_EXPIRED', 'The ticket is unknown, used or expired.');

/** The content of a ticket's QR code: the dashboard page on which a signed-in user decides. */
export const scanLink = (publicUrl: string, ticket: string): string => `${publicUrl}/scan?ticket=${ticket}`;
