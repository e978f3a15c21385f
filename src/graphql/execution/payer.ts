import type { Payer } from '../../rate-limits/complexity-budget.js';
import { addressBucket } from '../../rate-limits/login-throttle.js';
import type { Caller, Client } from '../../sessions/caller.js';

/** The budget that an operation is charged to: the caller's, else that of the client's address. */
export const payerOf = (caller: Caller | null, { address }: Pick<Client, 'address'>): Payer =>
  caller ? `user:${caller.user.id}` : addressBucket(address);
