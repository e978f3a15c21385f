import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Client } from '../../sessions/sessions.js';
import type { Dialect, Handler, LegacyRequest, LegacyResponse } from '../dialect.js';
import { phoneField } from '../parameter-types.js';
import { fail, failForPhone, failure, ok, phoneFailures } from './envelope.js';
import { presentLogin } from './present.js';
import samples from './samples.json' with { type: 'json' };
import { scanQrCode } from './scan-qr-code.js';
import { consoleSessionPolicy } from './session-policy.js';

const NO_DEVICE = '请在请求参数中携带deviceId参数';
const NO_CAPTCHA = '请填写验证码';
const NO_TYPE = 'type参数只能是image、sms或scan';

/** The order of the fields is the order of the checks. */
const deviceId = z
  .string(NO_DEVICE)
  .regex(/\S/, NO_DEVICE)
  .refine((text) => /^\P{Cc}{1,128}$/u.test(text), NO_DEVICE)
  .meta({ description: 'What names the session of the client; a captcha is bound to it.', maxLength: 128 });
/** A number too: the sample's `5694` loses its quotes easily. */
const captcha = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .catch('')
  .pipe(z.string().trim().min(1, NO_CAPTCHA))
  .describe('The answer to the captcha that was issued to this `deviceId`.');

const CaptchaRequest = z.object({
  deviceId,
  type: z.enum(['image', 'sms', 'scan'], NO_TYPE).describe('What kind of captcha.'),
  mobile: phoneField.catch('').default('').describe('The phone; for `sms`.'),
});
/** A login that lacks its name or password is a wrong one: the captcha is looked at before. */
const AccountLogin = z.object({
  deviceId,
  captcha,
  username: phoneField.catch('').describe('A username, or a phone.'),
  password: z.string().catch('').describe('The password.'),
});
const MobileLogin = z.object({ deviceId, captcha, mobile: phoneField.catch('').describe('The phone.') });

export const consoleDialect: Dialect = {
  sessionPolicy: consoleSessionPolicy,
  summary: 'The login of the management console, behind captchas.',
  fail,
  routes: {
    '/validate/code/': {
      summary:
        'Issue a captcha: the picture of an image captcha, a code by SMS, or the QR code of a scan ticket.',
      parameters: CaptchaRequest,
      binaryType: 'image/png',
      sample: samples['/validate/code/'],
      failures: [failure(400, NO_DEVICE), failure(400, NO_TYPE), ...Object.values(phoneFailures)],
      handler: (services) => parsed(CaptchaRequest, issueCaptcha(services)),
    },
    '/login/account': {
      summary:
        'Log in with a password and an image captcha. The token is good for 12 hours, `expiredTime` is in milliseconds.',
      parameters: AccountLogin,
      sample: samples['/login/account'],
      failures: [failure(400, NO_DEVICE), failure(400, NO_CAPTCHA)],
      handler: (services) => parsed(AccountLogin, loginByPassword(services)),
    },
    '/login/mobile': {
      summary: 'Log in with the code of an SMS. Opens no account.',
      parameters: MobileLogin,
      sample: samples['/login/mobile'],
      failures: [failure(400, NO_DEVICE), failure(400, NO_CAPTCHA), ...Object.values(phoneFailures)],
      handler: (services) => parsed(MobileLogin, loginByPhone(services)),
    },
  },
};

const issueCaptcha =
  ({ captchas, scanTickets }: Services): InputHandler<z.output<typeof CaptchaRequest>> =>
  async ({ type, deviceId, mobile }, client, { publicUrl }) => {
    switch (type) {
      case 'image':
        return picture((await captchas.issueImage(deviceId, client)).png);
      case 'sms':
        return captchas.sendSms(mobile, deviceId, client).then(() => ok(null), failForPhone);
      case 'scan':
        return picture(await scanQrCode(publicUrl, (await scanTickets.issue(deviceId, client)).ticket));
    }
  };

const loginByPassword =
  ({ captchas, logins }: Services): InputHandler<z.output<typeof AccountLogin>> =>
  async ({ deviceId, captcha, username: login, password }, client) => {
    await captchas.solveImage(deviceId, captcha);
    const opened = await logins.withPassword(
      { login, password, captcha: 'solved' },
      client,
      consoleSessionPolicy,
    );
    return ok(presentLogin(opened));
  };

const loginByPhone =
  ({ logins }: Services): InputHandler<z.output<typeof MobileLogin>> =>
  async ({ mobile, captcha: code }, client) =>
    logins
      .withPhone({ mobile, code }, client, consoleSessionPolicy, { opensAccount: false })
      .then((opened) => ok(presentLogin(opened)), failForPhone);

type InputHandler<Input> = (input: Input, client: Client, request: LegacyRequest) => Promise<LegacyResponse>;

/** The schema's first message is the answer. The client is the documented `deviceId`, whatever its headers say. */
const parsed =
  <Input extends { deviceId: string }>(schema: z.ZodType<Input>, handle: InputHandler<Input>): Handler =>
  async (request) => {
    const input = schema.safeParse(request.parameters);
    if (!input.success) return failure(400, input.error.issues[0]?.message ?? '');
    return handle(input.data, { ...request.client, deviceId: input.data.deviceId }, request);
  };

const picture = (body: Buffer): LegacyResponse => ({ status: 200, contentType: 'image/png', body });
