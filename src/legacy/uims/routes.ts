import { z } from 'zod';
import type { Dialect } from '../dialect.js';
import { phoneField } from '../fields.js';
import { uimsDoor } from './door.js';
import { fail, failed, ok } from './envelope.js';
import { presentUser } from './present.js';

const NO_ACCOUNT = '账号为必填字段';
const NO_PASSWORD = '密码为必填字段';

/** In characters as people count them, not in UTF-16 units. */
const atLeast = (least: number) => (text: string) => [...text].length >= least;
const atMost = (most: number) => (text: string) => [...text].length <= most;

const Login = z.object({
  account: phoneField
    .catch('')
    .pipe(z.string().min(1, NO_ACCOUNT).refine(atMost(16), '账号长度不能超过16个字符')),
  passwd: z
    .string(NO_PASSWORD)
    .min(1, NO_PASSWORD)
    .refine(atLeast(6), '密码长度必须至少为6个字符')
    .refine(atMost(100), '密码长度不能超过100个字符'),
});

export const uims: Dialect = {
  door: uimsDoor,
  fail,
  routes: ({ logins, config }) => ({
    '/api/background_login': async ({ parameters, client }) => {
      const input = Login.safeParse(parameters);
      if (!input.success) return failed(input.error.issues[0]?.message ?? '');
      const { account: login, passwd: password } = input.data;
      const opened = await logins.withPassword({ login, password, captcha: 'none' }, client, uimsDoor);
      return ok({ token: opened.accessToken, user: presentUser(opened.user, config.TIME_ZONE) });
    },
  }),
};
