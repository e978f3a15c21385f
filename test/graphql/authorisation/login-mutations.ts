import { PASSWORD } from '../../support/password.js';
import type { Rules, World } from './world.js';

/** The mutations that sign in and prove who someone is, each with a call that is valid for callers with the permission. */
export function loginMutations(world: World): Rules {
  const { ask } = world;
  return {
    'Mutation.approveScan': {
      may: 'members',
      call: world.withTicket(
        (ticket) => `mutation { approveScan(input: {ticket: "${ticket}"}) { ticket { state } } }`,
        ask,
      ),
    },
    'Mutation.changePassword': {
      may: 'members',
      call: ask(
        `mutation { changePassword(input: {currentPassword: "${PASSWORD}", newPassword: "${PASSWORD}"}) { user { id } } }`,
      ),
    },
    'Mutation.claimScan': {
      may: 'members',
      call: world.withTicket(
        (ticket) => `mutation { claimScan(input: {ticket: "${ticket}"}) { ticket { state } } }`,
        ask,
      ),
    },
    'Mutation.completeLogin': {
      may: 'anybody',
      call: ask('mutation { completeLogin(input: {challenge: "none", totpCode: "000000"}) { expiresAt } }'),
      allowed: 'CHALLENGE_EXPIRED',
    },
    'Mutation.confirmTotpEnrollment': {
      may: 'members',
      call: ask('mutation { confirmTotpEnrollment(input: {code: "000000"}) { recoveryCodes } }'),
      allowed: 'CHALLENGE_EXPIRED',
    },
    'Mutation.createCaptcha': {
      may: 'anybody',
      call: ask('mutation { createCaptcha(input: {type: SCAN, deviceId: "kiosk"}) { captcha { ticket } } }'),
    },
    'Mutation.finishPasskeyLogin': {
      may: 'anybody',
      call: ask('mutation { finishPasskeyLogin(input: {credential: {}}) { expiresAt } }'),
      allowed: 'INVALID_INPUT',
    },
    'Mutation.finishPasskeyRegistration': {
      may: 'members at GraphQL',
      call: ask('mutation { finishPasskeyRegistration(input: {credential: {}}) { passkey { id } } }'),
      allowed: 'INVALID_INPUT',
    },
    'Mutation.login': {
      may: 'anybody',
      call: ask(`mutation { login(input: {username: "max", password: "${PASSWORD}"}) { expiresAt } }`),
    },
    'Mutation.loginWithPhone': {
      may: 'anybody',
      call: ask(
        'mutation { loginWithPhone(input: {phone: "13800000001", captcha: "000000"}) { expiresAt } }',
      ),
      allowed: 'CAPTCHA_EXPIRED',
    },
    'Mutation.loginWithScan': {
      may: 'anybody',
      call: world.withTicket(
        (ticket, device) =>
          `mutation { loginWithScan(input: {ticket: "${ticket}", deviceId: "${device}"}) { expiresAt } }`,
        ask,
      ),
      allowed: 'CAPTCHA_REQUIRED',
    },
    'Mutation.logout': { may: 'members', call: ask('mutation { logout(input: {}) { session { id } } }') },
    'Mutation.refreshSession': {
      may: 'anybody',
      call: async (session) => {
        const { refreshToken } = await world.openSession('max');
        return ask(`mutation { refreshSession(input: {refreshToken: "${refreshToken}"}) { expiresAt } }`)(
          session,
        );
      },
    },
    'Mutation.regenerateRecoveryCodes': {
      may: 'members',
      call: ask('mutation { regenerateRecoveryCodes(input: {}) { recoveryCodes } }'),
      allowed: 'CONFLICT',
    },
    'Mutation.register': {
      may: 'anybody',
      call: (session) =>
        ask(
          `mutation { register(input: {username: "r${world.next()}", password: "${PASSWORD}"}) { expiresAt } }`,
        )(session),
    },
    'Mutation.removePasskey': {
      may: 'members at GraphQL',
      call: ask('mutation { removePasskey(input: {id: "passkey_999999"}) { removedPasskeyId } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.removeSecondFactor': {
      may: 'members',
      call: ask('mutation { removeSecondFactor(input: {method: TOTP}) { user { id } } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.renamePasskey': {
      may: 'members at GraphQL',
      call: ask('mutation { renamePasskey(input: {id: "passkey_999999", name: "n"}) { passkey { id } } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.requestPasswordReset': {
      may: 'anybody',
      call: (session) =>
        ask(
          `mutation { requestPasswordReset(input: {phone: "1381000${1000 + world.next()}"}) { expiresAt } }`,
        )(session),
    },
    'Mutation.resetPassword': {
      may: 'anybody',
      call: ask(
        'mutation { resetPassword(input: {phone: "13800000001", code: "0", newPassword: "battery staple"}) { login } }',
      ),
      allowed: 'CAPTCHA_EXPIRED',
    },
    'Mutation.resetPasswordWithLink': {
      may: 'anybody',
      call: ask(
        'mutation { resetPasswordWithLink(input: {token: "none", newPassword: "battery staple"}) { login } }',
      ),
      allowed: 'FORBIDDEN',
    },
    'Mutation.setPassword': {
      may: 'members',
      call: ask('mutation { setPassword(input: {newPassword: "battery staple"}) { user { id } } }'),
      allowed: 'CONFLICT',
    },
    'Mutation.startPasskeyLogin': {
      may: 'anybody',
      call: ask('mutation { startPasskeyLogin(input: {}) { options } }'),
    },
    'Mutation.startPasskeyProof': {
      may: 'anybody',
      call: ask('mutation { startPasskeyProof(input: {challenge: "none"}) { options } }'),
      allowed: 'CHALLENGE_EXPIRED',
    },
    'Mutation.startPasskeyRegistration': {
      may: 'members at GraphQL',
      call: ask('mutation { startPasskeyRegistration(input: {}) { options } }'),
    },
    'Mutation.startTotpEnrollment': {
      may: 'members',
      call: ask('mutation { startTotpEnrollment(input: {}) { uri } }'),
    },
    'Mutation.stepUp': {
      may: 'members',
      call: ask(`mutation { stepUp(input: {password: "${PASSWORD}"}) { expiresAt } }`),
    },
  };
}
