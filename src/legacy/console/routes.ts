import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Client } from '../../sessions/sessions.js';
import type { Answer, Dialect, Handler, LegacyRequest } from '../dialect.js';
import { phoneField } from '../fields.js';
import { consoleDoor } from './door.js';
import { fail, failed, failForPhone, ok } from './envelope.js';
import { presentLogin } from './present.js';
import { scanPicture } from './scan-picture.js';

const NO_DEVICE = '请在请求参数中携带deviceId参数';
const NO_CAPTCHA = '请填写验证码';

/** The order of the fields is the order of the checks. */
const deviceId = z.string(NO_DEVICE).regex(/^(?=.*\S)\P{Cc}{1,128}$/u, NO_DEVICE);
/** A number too: the sample's `5694` loses its quotes easily. */
const captcha = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .catch('')
  .pipe(z.string().trim().min(1, NO_CAPTCHA));

const CaptchaRequest = z.object({
  deviceId,
  type: z.enum(['image', 'sms', 'scan'], 'type参数只能是image、sms或scan'),
  mobile: phoneField.catch(''),
});
/** A login that lacks its name or password is a wrong one: the captcha is looked at before. */
const AccountLogin = z.object({
  deviceId,
  captcha,
  username: phoneField.catch(''),
  password: z.string().catch(''),
});
const MobileLogin = z.object({ deviceId, captcha, mobile: phoneField.catch('') });

export const consoleDialect: Dialect = {
  door: consoleDoor,
  fail,
  routes: (services) => ({
    '/validate/code/': parsed(CaptchaRequest, issueCaptcha(services)),
    '/login/account': parsed(AccountLogin, loginByPassword(services)),
    '/login/mobile': parsed(MobileLogin, loginByPhone(services)),
  }),
};

const issueCaptcha =
  ({ captchas, scans }: Services): InputHandler<z.output<typeof CaptchaRequest>> =>
  async ({ type, deviceId, mobile }, client, { publicUrl }) => {
    switch (type) {
      case 'image':
        return picture((await captchas.issueImage(deviceId, client)).png);
      case 'sms':
        return captchas.sendSms(mobile, deviceId, client).then(() => ok(null), failForPhone);
      case 'scan':
        return picture(await scanPicture(publicUrl, (await scans.issue(deviceId, client)).ticket));
    }
  };

const loginByPassword =
  ({ captchas, logins }: Services): InputHandler<z.output<typeof AccountLogin>> =>
  async ({ deviceId, captcha, username: login, password }, client) => {
    await captchas.solveImage(deviceId, captcha);
    const opened = await logins.withPassword({ login, password, captcha: 'solved' }, client, consoleDoor);
    return ok(presentLogin(opened));
  };

const loginByPhone =
  ({ logins }: Services): InputHandler<z.output<typeof MobileLogin>> =>
  async ({ mobile, captcha: code }, client) =>
    logins
      .withPhone({ mobile, code }, client, consoleDoor, { opensAccount: false })
      .then((opened) => ok(presentLogin(opened)), failForPhone);

type InputHandler<Input> = (input: Input, client: Client, request: LegacyRequest) => Promise<Answer>;

/** The schema's first message is the answer. The client is the documented `deviceId`, whatever its headers say. */
const parsed =
  <Input extends { deviceId: string }>(schema: z.ZodType<Input>, handle: InputHandler<Input>): Handler =>
  async (request) => {
    const input = schema.safeParse(request.parameters);
    if (!input.success) return failed(400, input.error.issues[0]?.message ?? '');
    return handle(input.data, { ...request.client, deviceId: input.data.deviceId }, request);
  };

const picture = (body: Buffer): Answer => ({ status: 200, type: 'image/png', body });
