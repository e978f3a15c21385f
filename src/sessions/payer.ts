import { addressBucket } from '../rate-limits/address-bucket.js';
import type { Payer } from '../rate-limits/complexity-budget.js';
import type { Waiter } from '../rate-limits/fair-queue.js';
import type { Caller, Client } from './caller.js';

const USER = 'user:';

/** The user whose budget a request is charged to; the address of an anonymous client. */
export const payerOf = (caller: Caller | null, { address }: Pick<Client, 'address'>): Payer =>
  caller ? `${USER}${caller.user.id}` : addressBucket(address);

/** A payer in a queue. */
export const waiterOf = (payer: Payer): Waiter => ({ caller: payer, isKnown: payer.startsWith(USER) });
