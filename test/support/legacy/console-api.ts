import { UserStatus } from '../../../src/users/user.entity.js';
import { importUser } from '../fixtures.js';
import { startGateway } from '../gateway.js';

const HOUR_MS = 3_600_000;

export const deviceId = '80c71a92-a2e6-4320-3bbe-38cfd6b19ab4';
/** Solves every image and SMS captcha of the gateway. */
export const captcha = '5694';
export const password = '123456';
/** The documented login. */
export const account = { username: 'admin', password, captcha, deviceId };

/** Starts a gateway with the documented account (user 1) and a disabled one (user 2). */
export async function startConsoleApi() {
  const gateway = await startGateway({ CAPTCHA_FIXED_CODE: captcha, SMS_COUNTRIES: '+86,+1' });
  const createdAt = new Date(gateway.clock.now);
  const disabled = { status: UserStatus.DISABLED, password, createdAt };
  await importUser(gateway, { id: 1, username: 'admin', phone: '12345678901', password, createdAt });
  await importUser(gateway, { id: 2, username: 'retired', phone: '13800000002', ...disabled });
  return {
    gateway,
    issue: (type: string, more: object = {}) => gateway.post('/validate/code/', { type, deviceId, ...more }),
    /** Sends an SMS code an hour later, so that no rate limit applies. */
    issueSms: (mobile: unknown, more: object = {}) => {
      gateway.clock.advance(HOUR_MS);
      return gateway.post('/validate/code/', { type: 'sms', mobile, deviceId, ...more });
    },
    login: (change: object = {}) => gateway.post('/login/account', { ...account, ...change }),
    loginByPhone: (mobile: unknown, more: object = {}) =>
      gateway.post('/login/mobile', { mobile, captcha, deviceId, ...more }),
  };
}
