import { z } from 'zod';
import type { Services } from '../../services.js';
import { passwordLength } from '../../users/passwords/password-text.js';
import type { Dialect } from '../dialect.js';
import { phoneField } from '../parameter-types.js';
import { type Handler, route } from '../route.js';
import { fail, failure, ok } from './envelope.js';
import { presentUser } from './present.js';
import samples from './samples.json' with { type: 'json' };
import { uimsSessionPolicy } from './session-policy.js';

const ACCOUNT_MISSING = '账号为必填字段';
const ACCOUNT_TOO_LONG = '账号长度不能超过16个字符';
const PASSWORD_MISSING = '密码为必填字段';
const PASSWORD_TOO_SHORT = '密码长度必须至少为6个字符';
const PASSWORD_TOO_LONG = '密码长度不能超过100个字符';

/** In Unicode code points: an emoji counts once. */
const hasAtMost16Characters = (text: string) => [...text].length <= 16;

const LoginParameters = z.object({
  account: phoneField
    .catch('')
    .pipe(z.string().min(1, ACCOUNT_MISSING).refine(hasAtMost16Characters, ACCOUNT_TOO_LONG))
    .meta({ description: 'Username or phone.', minLength: 1, maxLength: 16 }),
  passwd: z
    .string(PASSWORD_MISSING)
    .min(1, PASSWORD_MISSING)
    .refine((password) => passwordLength(password) >= 6, PASSWORD_TOO_SHORT)
    .refine((password) => passwordLength(password) <= 100, PASSWORD_TOO_LONG)
    .meta({ description: 'Password.', minLength: 6, maxLength: 100 }),
});

export const uims: Dialect = {
  sessionPolicy: uimsSessionPolicy,
  summary: 'Back-office login of the UIMS system.',
  fail,
  routes: {
    '/api/background_login': route({
      summary: 'Log in with a password. The token is a JWT that is valid for 6 hours.',
      parameters: LoginParameters,
      sample: samples['/api/background_login'],
      failures: [
        ACCOUNT_MISSING,
        ACCOUNT_TOO_LONG,
        PASSWORD_MISSING,
        PASSWORD_TOO_SHORT,
        PASSWORD_TOO_LONG,
      ].map(failure),
      handler: login,
    }),
  },
};

function login({ passwordLogins, config }: Services): Handler<typeof LoginParameters> {
  return async ({ account: login, passwd: password }, { client, identify }) => {
    const { accessToken, session, user } = await passwordLogins.login(
      { login, password, captcha: 'none' },
      client,
      uimsSessionPolicy,
    );
    identify(session.id, user.id);
    return ok({ token: accessToken, user: presentUser(user, config.TIME_ZONE) });
  };
}
