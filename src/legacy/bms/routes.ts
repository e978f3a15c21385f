import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Dialect } from '../dialect.js';
import { phoneField } from '../parameter-types.js';
import type { RequestParameters } from '../request-parameters.js';
import { type Handler, route } from '../route.js';
import { fail, failure, ok } from './envelope.js';
import { presentLogin } from './present.js';
import samples from './samples.json' with { type: 'json' };
import { bmsSessionPolicy } from './session-policy.js';

const LoginParameters = z.object({
  phone: phoneField
    .catch('')
    .default('')
    .describe('Username or phone. One of `phone` and `username` is required; `phone` takes precedence.'),
  username: phoneField.default('').describe('Like `phone`.'),
  password: z.string().describe('Password.'),
  device: z.string().describe('Model of the device.'),
  /** A number is accepted: the sample's `101` easily loses its quotes in JSON. */
  version: z.union([z.string(), z.number()]).describe('Version of the client.'),
});

export const bms: Dialect = {
  sessionPolicy: bmsSessionPolicy,
  summary: 'Login of the BMS.',
  fail,
  routes: {
    '/sys/login-phone': route({
      summary: 'Log in with a password. The token is valid for 48 hours; `expires_in` is in seconds.',
      parameters: LoginParameters,
      normalize: phoneAsUsername,
      missing: {
        username: failure(400, '用户名不能为空'),
        password: failure(400, '密码不能为空'),
        device: failure(400, '设备信息不能为空'),
        version: failure(400, '版本号不能为空'),
      },
      sentIn: 'query',
      sample: samples['/sys/login-phone'],
      handler: login,
    }),
  },
};

/** The document's URL calls the login name `phone`, and its table calls it `username`. */
function phoneAsUsername(parameters: RequestParameters): RequestParameters {
  return { ...parameters, username: parameters.phone || parameters.username };
}

function login({ passwordLogins, clock }: Services): Handler<typeof LoginParameters> {
  return async ({ username: login, password }, { client, identify }) => {
    const opened = await passwordLogins.login({ login, password, captcha: 'none' }, client, bmsSessionPolicy);
    identify(opened.session.id, opened.user.id);
    return ok(presentLogin(opened, clock()));
  };
}
