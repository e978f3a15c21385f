import { addressBucket } from '../rate-limits/address-bucket.js';
import type { Payer } from '../rate-limits/complexity-budget.js';
import type { Caller, Client } from './caller.js';

/** The user whose budget a request is charged to; the address of an anonymous client. */
export const payerOf = (caller: Caller | null, { address }: Pick<Client, 'address'>): Payer =>
  caller ? `user:${caller.user.id}` : addressBucket(address);
