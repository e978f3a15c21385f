import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Dialect, Handler } from '../dialect.js';
import { phoneField } from '../parameter-types.js';
import { fail, failure, ok } from './envelope.js';
import { presentUser } from './present.js';
import samples from './samples.json' with { type: 'json' };
import { uimsSessionPolicy } from './session-policy.js';

const NO_ACCOUNT = '账号为必填字段';
const LONG_ACCOUNT = '账号长度不能超过16个字符';
const NO_PASSWORD = '密码为必填字段';
const SHORT_PASSWORD = '密码长度必须至少为6个字符';
const LONG_PASSWORD = '密码长度不能超过100个字符';

/** In characters as people count them, not in UTF-16 units. */
const atLeast = (least: number) => (text: string) => [...text].length >= least;
const atMost = (most: number) => (text: string) => [...text].length <= most;

const Login = z.object({
  account: phoneField
    .catch('')
    .pipe(z.string().min(1, NO_ACCOUNT).refine(atMost(16), LONG_ACCOUNT))
    .meta({ description: 'A username, or a phone.', minLength: 1, maxLength: 16 }),
  passwd: z
    .string(NO_PASSWORD)
    .min(1, NO_PASSWORD)
    .refine(atLeast(6), SHORT_PASSWORD)
    .refine(atMost(100), LONG_PASSWORD)
    .meta({ description: 'The password.', minLength: 6, maxLength: 100 }),
});

export const uims: Dialect = {
  sessionPolicy: uimsSessionPolicy,
  summary: 'The background login of the UIMS system.',
  fail,
  routes: {
    '/api/background_login': {
      summary: 'Log in with a password. The token is a JWT and good for 6 hours.',
      parameters: Login,
      sample: samples['/api/background_login'],
      failures: [NO_ACCOUNT, LONG_ACCOUNT, NO_PASSWORD, SHORT_PASSWORD, LONG_PASSWORD].map(failure),
      handler: login,
    },
  },
};

function login({ logins, config }: Services): Handler {
  return async ({ parameters, client }) => {
    const input = Login.safeParse(parameters);
    if (!input.success) return failure(input.error.issues[0]?.message ?? '');
    const { account: login, passwd: password } = input.data;
    const opened = await logins.withPassword({ login, password, captcha: 'none' }, client, uimsSessionPolicy);
    return ok({ token: opened.accessToken, user: presentUser(opened.user, config.TIME_ZONE) });
  };
}
