import { addressBucket } from '../rate-limits/address-bucket.js';
import type { AddressLimit } from '../rate-limits/address-limit.js';
import { FairTurns } from '../rate-limits/fair-turns.js';

/** An image takes milliseconds of the event loop. */
const AT_A_TIME = 4;
/** A few seconds of work. */
const MAX_WAITING = 500;

/** Lets the addresses that request image captchas and scan tickets take turns, within their limit. */
export class CaptchaTurns {
  readonly #turns = new FairTurns({
    capacity: AT_A_TIME,
    maxWaiting: MAX_WAITING,
    refusal: 'Too many captchas wait; try again later.',
  });

  constructor(private readonly limit: AddressLimit) {}

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  /** @throws DomainError THROTTLED past the limit of the address, UNAVAILABLE if too many wait; as `issue` */
  run<T>(address: string, issue: () => Promise<T>): Promise<T> {
    const waiter = { caller: addressBucket(address) };
    return this.limit.spend(address, async () => this.#turns.run(waiter, 1, issue));
  }
}
