import { randomBytes } from 'node:crypto';
import type { Actor } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import type { ClaimThrottle } from '../rate-limits/claim-throttle.js';
import type { Caller, Client } from '../sessions/caller.js';
import { type TokenSigner, tokenHash } from '../sessions/tokens/token-signer.js';
import { User } from '../users/user.entity.js';
import { newClaimCode, readClaimCode } from './claim-code.js';
import { DeviceClaim } from './device-claim.entity.js';
import { checkClientIds, type DeviceCredentials, requireOwnLogin } from './device-credentials.js';

const LIFETIME_MS = 10 * 60_000;
/** Separates the hashes of codes from those of captchas. */
const PURPOSE = 'device claim';

/** What a device gets when it asks to be claimed. */
export interface NewDeviceClaim {
  /** To be shown to the owner. */
  readonly code: string;
  /** With which the device collects its credential. */
  readonly secret: string;
  readonly expiresAt: Date;
}

/** A device as its owner sees it after entering the code. */
export type ClaimedDevice = Pick<DeviceClaim, 'clientId' | 'name' | 'address'>;

interface DeviceClaimsOptions {
  readonly db: Database;
  readonly credentials: DeviceCredentials;
  readonly signer: TokenSigner;
  readonly limit: AddressLimit;
  readonly throttle: ClaimThrottle;
  readonly clock: Clock;
}

/** Gives devices a credential: a device shows a code, a signed-in owner enters it, and the device collects. */
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
   * Claims the device that shows a code for the caller's account. A code works once.
   * @throws DomainError NOT_FOUND (unknown, used or expired), FORBIDDEN (the caller is a machine), THROTTLED
   */
  claim(typed: string, caller: Caller, { address }: Client): Promise<ClaimedDevice> {
    requireOwnLogin(caller);
    const { db, signer, throttle, clock } = this.options;
    return throttle.attempt(caller.user.id, address, async () => {
      const em = db.em.fork();
      const codeHash = { $in: signer.macs(PURPOSE, readClaimCode(typed)) };
      const open = { codeHash, claimedBy: null, expiresAt: { $gt: new Date(clock()) } };
      const claimed = await em.nativeUpdate(DeviceClaim, open, {
        claimedBy: em.getReference(User, caller.user.id),
      });
      if (claimed === 0) {
        throw new DomainError('NOT_FOUND', 'The code is unknown, used or expired.', { field: 'code' });
      }
      return em.findOneOrFail(DeviceClaim, { codeHash });
    });
  }

  /**
   * The credential of a device whose code was entered; null until then. It is handed out once.
   * @throws DomainError NOT_FOUND (unknown, collected or expired), ACCOUNT_DISABLED, LIMIT_REACHED
   */
  async collect(secret: string, address: string): Promise<string | null> {
    const { db, credentials, clock } = this.options;
    const collected = await db.em.fork().transactional(async (em) => {
      const now = new Date(clock());
      const secretHash = tokenHash(secret);
      const open = { secretHash, collectedAt: null, expiresAt: { $gt: now } };
      const claim = await em.findOne(DeviceClaim, open);
      if (!claim) throw new DomainError('NOT_FOUND', 'The claim is unknown, collected or expired.');
      if (!claim.claimedBy) return null;
      // Of parallel requests, one gets it.
      if ((await em.nativeUpdate(DeviceClaim, open, { collectedAt: now })) === 0) return null;
      const userId = claim.claimedBy.id;
      const actor: Actor = { userId, address };
      return credentials.issueWithin(em, userId, [claim], actor);
    });
    await collected?.announce();
    return collected?.issued[0]?.token ?? null;
  }
}
