import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Dialect, Handler } from '../dialect.js';
import { firstMissing, phoneField } from '../parameter-types.js';
import { fail, failure, ok } from './envelope.js';
import { presentLogin } from './present.js';
import samples from './samples.json' with { type: 'json' };
import { bmsSessionPolicy } from './session-policy.js';

const Login = z.object({
  /** Not required here: one of these two must be there, which is looked at before. */
  phone: phoneField
    .catch('')
    .default('')
    .describe('A username or a phone. One of `phone`, `username` is required; `phone` counts.'),
  username: phoneField.default('').describe('As `phone`.'),
  password: z.string().describe('The password.'),
  device: z.string().describe('The model of the device.'),
  /** Devices that send JSON may print `101` as a number. */
  version: z.union([z.string(), z.number()]).describe('Version of the client.'),
});

const missing = {
  username: '用户名不能为空',
  password: '密码不能为空',
  device: '设备信息不能为空',
  version: '版本号不能为空',
};

export const bms: Dialect = {
  sessionPolicy: bmsSessionPolicy,
  summary: 'The login of the BMS.',
  fail,
  routes: {
    '/sys/login-phone': {
      summary: 'Log in with a password. The token is good for 48 hours, `expires_in` counts seconds.',
      parameters: Login,
      sentIn: 'query',
      sample: samples['/sys/login-phone'],
      failures: Object.values(missing).map((message) => failure(400, message)),
      handler: login,
    },
  },
};

function login({ logins, clock }: Services): Handler {
  return async ({ parameters, client }) => {
    // The document's URL says `phone`, its table `username`: both name the login.
    const given = { ...parameters, username: parameters.phone || parameters.username };
    const message = firstMissing(given, missing);
    if (message !== undefined) return failure(400, message);
    const input = Login.safeParse(given);
    if (!input.success) return fail('INVALID_INPUT');
    const { username: login, password } = input.data;
    const opened = await logins.withPassword({ login, password, captcha: 'none' }, client, bmsSessionPolicy);
    return ok(presentLogin(opened, clock()));
  };
}
