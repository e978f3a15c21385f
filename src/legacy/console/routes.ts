import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Dialect, LegacyResponse } from '../dialect.js';
import { codeField, phoneField } from '../parameter-types.js';
import { type Handler, route } from '../route.js';
import { fail, failForPhone, failure, ok, phoneFailures } from './envelope.js';
import { presentLogin } from './present.js';
import samples from './samples.json' with { type: 'json' };
import { scanQrCode } from './scan-qr-code.js';
import { consoleSessionPolicy } from './session-policy.js';

const DEVICE_ID_MISSING = '请在请求参数中携带deviceId参数';
const CAPTCHA_MISSING = '请填写验证码';
const TYPE_UNKNOWN = 'type参数只能是image、sms或scan';

/** Fields are checked in the order of the schema, so `deviceId` comes first. */
const deviceId = z
  .string(DEVICE_ID_MISSING)
  .regex(/\S/, DEVICE_ID_MISSING)
  .refine((text) => /^\P{Cc}{1,128}$/u.test(text), DEVICE_ID_MISSING)
  .meta({ description: 'Id of the client session. A captcha is bound to it.', maxLength: 128 });
const captcha = codeField
  .catch('')
  .pipe(z.string().trim().min(1, CAPTCHA_MISSING))
  .describe('Answer to the captcha that was issued to this `deviceId`.');

const CaptchaParameters = z.object({
  deviceId,
  type: z.enum(['image', 'sms', 'scan'], TYPE_UNKNOWN).describe('Type of the captcha.'),
  mobile: phoneField.catch('').default('').describe('Phone. Required for the type `sms`.'),
});
/** A missing username or password fails as wrong credentials, after the captcha has been checked. */
const AccountLoginParameters = z.object({
  deviceId,
  captcha,
  username: phoneField.catch('').describe('Username or phone.'),
  password: z.string().catch('').describe('Password.'),
});
const MobileLoginParameters = z.object({
  deviceId,
  captcha,
  mobile: phoneField.catch('').describe('Phone.'),
});

export const consoleDialect: Dialect = {
  sessionPolicy: consoleSessionPolicy,
  summary: 'Login of the management console, protected by captchas.',
  fail,
  routes: {
    '/validate/code/': route({
      summary: 'Issue a captcha: an image, a code sent by SMS, or the QR code of a scan ticket.',
      parameters: CaptchaParameters,
      binaryType: 'image/png',
      sample: samples['/validate/code/'],
      failures: [
        failure(400, DEVICE_ID_MISSING),
        failure(400, TYPE_UNKNOWN),
        ...Object.values(phoneFailures),
      ],
      handler: issueCaptcha,
    }),
    '/login/account': route({
      summary:
        'Log in with a password and an image captcha. The token is valid for 12 hours; `expiredTime` is in milliseconds.',
      parameters: AccountLoginParameters,
      sample: samples['/login/account'],
      failures: [failure(400, DEVICE_ID_MISSING), failure(400, CAPTCHA_MISSING)],
      handler: loginByAccount,
    }),
    '/login/mobile': route({
      summary: 'Log in with a code sent by SMS. Does not create an account.',
      parameters: MobileLoginParameters,
      sample: samples['/login/mobile'],
      failures: [
        failure(400, DEVICE_ID_MISSING),
        failure(400, CAPTCHA_MISSING),
        ...Object.values(phoneFailures),
      ],
      handler: loginByMobile,
    }),
  },
};

function issueCaptcha({ imageCaptchas, smsCodes, scanTickets }: Services): Handler<typeof CaptchaParameters> {
  return async ({ type, deviceId, mobile }, { client, publicUrl }) => {
    const device = { ...client, deviceId };
    switch (type) {
      case 'image':
        return png((await imageCaptchas.issue(deviceId, device)).png);
      case 'sms':
        return smsCodes.send(mobile, deviceId, device).then(() => ok(null), failForPhone);
      case 'scan':
        return png(await scanQrCode(publicUrl, (await scanTickets.issue(deviceId, device)).ticket));
    }
  };
}

function loginByAccount({ imageCaptchas, passwordLogins }: Services): Handler<typeof AccountLoginParameters> {
  return async ({ deviceId, captcha, username: login, password }, { client, identify }) => {
    await imageCaptchas.solve(deviceId, captcha, client);
    const opened = await passwordLogins.login(
      { login, password, captcha: 'solved' },
      { ...client, deviceId },
      consoleSessionPolicy,
    );
    identify(opened.session.id, opened.user.id);
    return ok(presentLogin(opened));
  };
}

function loginByMobile({ phoneLogins }: Services): Handler<typeof MobileLoginParameters> {
  return async ({ deviceId, mobile: phone, captcha: code }, { client, identify }) =>
    phoneLogins
      .login({ phone, code }, { ...client, deviceId }, consoleSessionPolicy, { createsAccount: false })
      .then((opened) => {
        identify(opened.session.id, opened.user.id);
        return ok(presentLogin(opened));
      }, failForPhone);
}

const png = (body: Buffer): LegacyResponse => ({ status: 200, contentType: 'image/png', body });
