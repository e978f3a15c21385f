import { z } from 'zod';
import type { Dialect } from '../dialect.js';
import { uimsDoor } from './door.js';
import { fail, failed, ok } from './envelope.js';
import { presentUser } from './present.js';

const Login = z.object({
  account: z
    .string('账号为必填字段')
    .min(1, '账号为必填字段')
    .max(16, '账号长度不能超过16个字符'),
  passwd: z
    .string('密码为必填字段')
    .min(1, '密码为必填字段')
    .min(6, '密码长度必须至少为6个字符')
    .max(100, '密码长度不能超过100个字符'),
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
