import { DomainError } from '../errors.js';
import { AddressLimit } from '../rate-limits/address-limit.js';
import { GrowthLimit } from '../rate-limits/growth-limit.js';
import type { Caller } from '../sessions/sessions.js';
import { KeyedQueue } from './keyed-queue.js';

/** The share of its devices that an account may add within a minute. */
const SHARE_PER_MINUTE = 0.1;

/** Limits how many devices an account has, and how fast an account or an address adds them. */
export class DeviceLimits {
  readonly #growth: GrowthLimit;
  readonly #addresses: AddressLimit;
  /** By user: parallel heartbeats of new devices must not exceed the limit together. */
  readonly #admissions = new KeyedQueue<number>();

  /** @param perAddress new devices in an hour. */
  constructor(
    private readonly perAccount: number,
    perAddress: number,
  ) {
    this.#growth = new GrowthLimit(
      perAccount,
      SHARE_PER_MINUTE,
      'Too many devices were added to this account; try again later.',
    );
    this.#addresses = new AddressLimit(
      perAddress,
      'Too many devices were added from this address; try again later.',
    );
  }

  /**
   * Runs `create`, which adds a device to the caller's account, unless the account has as many as it may have:
   * `create` is given that number, and returns null then.
   * @throws DomainError LIMIT_REACHED (deviceId), THROTTLED
   */
  async admit<T>({ user, address }: Caller, create: (perAccount: number) => Promise<T | null>): Promise<T> {
    await this.#growth.spend(user.id);
    const createWithin = async () => {
      const created = await create(this.perAccount);
      if (created === null) throw this.#limitReached();
      return created;
    };
    return this.#admissions.run(user.id, () => this.#addresses.spend(address ?? '', createWithin));
  }

  #limitReached(): DomainError {
    const message = `deviceId must be that of a known device: an account has at most ${this.perAccount} devices.`;
    return new DomainError('LIMIT_REACHED', message, { field: 'deviceId' });
  }
}
