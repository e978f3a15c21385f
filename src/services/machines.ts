import { DeviceClaims } from '../machines/device-claims.js';
import { DeviceCredentials } from '../machines/device-credentials.js';
import { AddressLimit } from '../rate-limits/address-limit.js';
import { ClaimThrottle } from '../rate-limits/claim-throttle.js';
import type { createAccounts } from './accounts.js';
import type { Core } from './core.js';

/** Codes that devices of one address may ask for in an hour, for schools behind one address: a device asks six times. */
const CLAIMS_PER_ADDRESS = 1000;

/** Credentials of devices. */
export function createDeviceCredentials(
  { config, db, clock, limiters, signer }: Core,
  { users, sessions }: ReturnType<typeof createAccounts>,
) {
  const perAccount = config.DEVICES_PER_ACCOUNT;
  const deviceCredentials = new DeviceCredentials({ db, users, sessions, clock, perAccount });
  const limit = new AddressLimit(limiters, {
    name: 'device-claims',
    perHour: CLAIMS_PER_ADDRESS,
    refusal: 'Too many codes were requested from this address; try again later.',
  });
  const throttle = new ClaimThrottle(limiters);
  return {
    deviceCredentials,
    deviceClaims: new DeviceClaims({ db, credentials: deviceCredentials, signer, limit, throttle, clock }),
  };
}
