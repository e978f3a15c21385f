import { DomainError } from '../../errors.js';
import { AddressLimit } from '../../rate-limits/address-limit.js';
import { GrowthLimit } from '../../rate-limits/growth-limit.js';
import type { Limiters } from '../../rate-limits/limiters.js';

/** The share of its devices that an account may add within a minute. */
const SHARE_PER_MINUTE = 0.1;

/** The session that adds a device. */
export interface Adder {
  readonly userId: number;
  /** Of its login. */
  readonly address: string | null;
}

/** Limits how many devices an account has, and how fast an account or an address adds them. */
export class DeviceLimits {
  readonly #growth: GrowthLimit;
  readonly #addresses: AddressLimit;

  /** @param perAddress new devices in an hour. */
  constructor(
    limiters: Limiters,
    readonly perAccount: number,
    perAddress: number,
  ) {
    this.#growth = new GrowthLimit(limiters, {
      name: 'device-accounts',
      maxObjects: perAccount,
      sharePerMinute: SHARE_PER_MINUTE,
      refusal: 'Too many devices were added to this account; try again later.',
    });
    this.#addresses = new AddressLimit(limiters, {
      name: 'device-addresses',
      perHour: perAddress,
      refusal: 'Too many devices were added from this address; try again later.',
    });
  }

  /** Whether this many devices may be added, whichever the account and the address are. They are counted by `admit`. */
  admitsAny(count: number): boolean {
    return this.#growth.allowsAll(count) && this.#addresses.allowsAll(count);
  }

  /** Counts a device that was added because of `admitsAny`. */
  async count(adder: Adder): Promise<void> {
    // Those that were admitted meanwhile may have reached the limit.
    await this.admit(adder, async () => true).catch(() => {});
  }

  /**
   * Counts a device, and runs `create`, which adds it unless the account has as many as it may have: it returns null
   * then.
   * @throws DomainError LIMIT_REACHED (deviceId), THROTTLED
   */
  async admit<T>({ userId, address }: Adder, create: () => Promise<T | null>): Promise<T> {
    await this.#growth.spend(userId);
    return this.#addresses.spend(address ?? '', async () => {
      const created = await create();
      if (created === null) throw this.#limitReached();
      return created;
    });
  }

  #limitReached(): DomainError {
    const message = `deviceId must be that of a known device: an account has at most ${this.perAccount} devices.`;
    return new DomainError('LIMIT_REACHED', message, { field: 'deviceId' });
  }
}
