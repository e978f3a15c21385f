import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { AddressLimit } from '../rate-limits/address-limit.js';
import { GrowthLimit } from '../rate-limits/growth-limit.js';
import type { Caller } from '../sessions/sessions.js';
import { Device } from './device.entity.js';
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
    private readonly db: Database,
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
   * Runs `create`, which adds a device to the caller's account.
   * @throws DomainError LIMIT_REACHED (deviceId), THROTTLED
   */
  async admit<T>({ user, address }: Caller, create: () => Promise<T>): Promise<T> {
    await this.#growth.spend(user.id);
    return this.#admissions.run(user.id, async () => {
      await this.#requireRoom(user.id);
      return this.#addresses.spend(address ?? '', create);
    });
  }

  async #requireRoom(userId: number): Promise<void> {
    const count = await this.db.em.fork().count(Device, { user: userId });
    if (count < this.perAccount) return;
    const message = `deviceId must be that of a known device: an account has at most ${this.perAccount} devices.`;
    throw new DomainError('LIMIT_REACHED', message, { field: 'deviceId' });
  }
}
