import { randomBytes } from 'node:crypto';
import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import type { ClaimThrottle } from '../rate-limits/claim-throttle.js';
import { requireUnlimitedLogin } from '../sessions/authorization.js';
import type { Caller, Client } from '../sessions/caller.js';
import { type TokenSigner, tokenHash } from '../sessions/tokens/token-signer.js';
import { User } from '../users/user.entity.js';
import { newClaimCode, readClaimCode } from './claim-code.js';
import { DeviceClaim } from './device-claim.entity.js';
import { checkClientIds, type DeviceCredentials } from './device-credentials.js';

const LIFETIME_MS = 10 * 60_000;
/** Separates the hashes of codes from those of captchas. */
const PURPOSE = 'device claim';

/** The answer to a device that asks to be claimed. */
export interface NewDeviceClaim {
  /** To be shown to the owner. */
  readonly code: string;
  /** The device collects its credential with it. */
  readonly secret: string;
  readonly expiresAt: Date;
}

/** A device that shows a code, for its owner to recognise. */
export interface ClaimingDevice extends Pick<DeviceClaim, 'clientId' | 'name' | 'address' | 'expiresAt'> {
  readonly requestedAt: Date;
  /** Whether the account has a credential for this id, which the claim revokes. */
  readonly replacesCredential: boolean;
}

interface DeviceClaimsOptions {
  readonly db: Database;
  readonly credentials: DeviceCredentials;
  readonly signer: TokenSigner;
  readonly limit: AddressLimit;
  readonly throttle: ClaimThrottle;
  readonly clock: Clock;
}

/** Gives devices a credential: a device shows a code, a signed-in owner enters it, and the device collects it. */
export class DeviceClaims {
  constructor(private readonly options: DeviceClaimsOptions) {}

  /** Issues a code for a device. @throws DomainError INVALID_INPUT, THROTTLED */
  request({ deviceId, model, address }: Client): Promise<NewDeviceClaim> {
    const { db, signer, limit, clock } = this.options;
    const clientId = deviceId ?? '';
    checkClientIds([clientId]);
    return limit.spend(address, async () => {
      const [code, secret] = [newClaimCode(), randomBytes(16).toString('hex')];
      const now = clock();
      const expiresAt = new Date(now + LIFETIME_MS);
      await db.em.fork().insert(DeviceClaim, {
        codeHash: signer.mac(PURPOSE, code),
        secretHash: tokenHash(secret),
        clientId,
        name: model,
        address,
        createdAt: new Date(now),
        expiresAt,
      });
      return { code, secret, expiresAt };
    });
  }

  /**
   * The device that shows a code: what the caller should check before the claim.
   * @throws DomainError as `claim`
   */
  preview(typed: string, caller: Caller, client: Client): Promise<ClaimingDevice> {
    return this.#withOpenClaim(typed, caller, client, async (em, claim) => {
      const { clientId, name, address, createdAt, expiresAt } = claim;
      const replacesCredential = await this.options.credentials.hasCredential(em, caller.user.id, clientId);
      return { clientId, name, address, requestedAt: createdAt, expiresAt, replacesCredential };
    });
  }

  /**
   * Claims the device that shows a code for the caller's account. A code works once.
   * @throws DomainError NOT_FOUND (unknown, used or expired), FORBIDDEN (the caller is a machine), THROTTLED
   */
  claim(typed: string, caller: Caller, client: Client): Promise<DeviceClaim> {
    return this.#withOpenClaim(typed, caller, client, async (em, claim) => {
      const userId = caller.user.id;
      // Of parallel requests, one gets it.
      const open = { id: claim.id, claimedBy: null };
      const claimed = await em.nativeUpdate(DeviceClaim, open, {
        claimedBy: em.getReference(User, userId),
        claimingSessionId: caller.sessionId,
      });
      if (claimed === 0) throw noSuchCode();
      recordAudit(
        em,
        new Date(this.options.clock()),
        { userId, address: client.address },
        { action: 'session.claim', target: userTarget(userId), detail: claim.clientId },
      );
      return claim;
    });
  }

  /**
   * The credential of a device whose code was entered; null until then. It is handed out once.
   * @throws DomainError NOT_FOUND (unknown, collected or expired, or the session of the claim was revoked),
   * ACCOUNT_DISABLED, LIMIT_REACHED
   */
  async collect(secret: string, address: string): Promise<string | null> {
    const { db, credentials, clock } = this.options;
    const collected = await db.em.fork().transactional(async (em) => {
      const now = new Date(clock());
      const secretHash = tokenHash(secret);
      const open = { secretHash, collectedAt: null, expiresAt: { $gt: now } };
      const claim = await em.findOne(DeviceClaim, open);
      if (!claim) throw noSuchClaim();
      if (!claim.claimedBy) return null;
      if (await wasRevoked(em, claim)) throw noSuchClaim();
      // Of parallel requests, one gets it.
      if ((await em.nativeUpdate(DeviceClaim, open, { collectedAt: now })) === 0) return null;
      const userId = claim.claimedBy.id;
      const actor: Actor = { userId, address };
      return credentials.issueWithin(em, userId, [claim], actor);
    });
    await collected?.announce();
    return collected?.issued[0]?.token ?? null;
  }

  /** Finds the claim of a code in a transaction. Wrong codes are throttled. */
  #withOpenClaim<T>(
    typed: string,
    caller: Caller,
    { address }: Client,
    work: (em: EntityManager, claim: DeviceClaim) => Promise<T>,
  ): Promise<T> {
    requireUnlimitedLogin(caller);
    const { db, signer, throttle, clock } = this.options;
    return throttle.attempt(caller.user.id, address, () =>
      db.em.fork().transactional(async (em) => {
        const open: FilterQuery<DeviceClaim> = {
          codeHash: { $in: signer.macs(PURPOSE, readClaimCode(typed)) },
          claimedBy: null,
          expiresAt: { $gt: new Date(clock()) },
        };
        const claim = await em.findOne(DeviceClaim, open);
        if (!claim) throw noSuchCode();
        return work(em, claim);
      }),
    );
  }
}

/**
 * Whether the session of a claim was revoked, as by a new password. Its owner may have signed out: a device asks later
 * than people stay at a desk.
 */
async function wasRevoked(em: EntityManager, claim: DeviceClaim): Promise<boolean> {
  const revocations = await em.execute<object[]>(
    `select from session_revocations where at >= ? and session_id = ? and reason <> 'LOGOUT' limit 1`,
    [claim.createdAt.toISOString(), claim.claimingSessionId],
  );
  return revocations.length > 0;
}

const noSuchClaim = () => new DomainError('NOT_FOUND', 'The claim is unknown, collected or expired.');

const noSuchCode = () =>
  new DomainError('NOT_FOUND', 'The code is unknown, used or expired.', { field: 'code' });
