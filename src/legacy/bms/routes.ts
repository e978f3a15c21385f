import { z } from 'zod';
import type { Dialect } from '../dialect.js';
import { firstMissing, phoneField } from '../fields.js';
import { bmsDoor } from './door.js';
import { fail, failed, ok } from './envelope.js';
import { presentLogin } from './present.js';

const Login = z.object({
  username: phoneField,
  password: z.string(),
  device: z.string(),
  /** Devices that send JSON may print `101` as a number. */
  version: z.union([z.string(), z.number()]),
});

const missing = {
  username: '用户名不能为空',
  password: '密码不能为空',
  device: '设备信息不能为空',
  version: '版本号不能为空',
};

export const bms: Dialect = {
  door: bmsDoor,
  fail,
  routes: ({ logins, clock }) => ({
    '/sys/login-phone': async ({ parameters, client }) => {
      // The document's URL says `phone`, its table `username`: both name the login.
      const given = { ...parameters, username: parameters.phone || parameters.username };
      const message = firstMissing(given, missing);
      if (message !== undefined) return failed(400, message);
      const input = Login.safeParse(given);
      if (!input.success) return fail('INVALID_INPUT');
      const { username: login, password } = input.data;
      const opened = await logins.withPassword({ login, password, captcha: 'none' }, client, bmsDoor);
      return ok(presentLogin(opened, clock()));
    },
  }),
};
