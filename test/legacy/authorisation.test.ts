import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dialects } from '../../src/legacy/index.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { type Audience, askAll, createCallers, expected } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { multipartForm, uploadForm } from '../support/multipart.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let unique = 0;

beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: '5694' });
  await createCallers(gateway);
});
afterAll(() => gateway.close());

/** The number by which each document says how it went. */
const statusOf = (body: Record<string, unknown>): unknown => {
  const meta = body.meta;
  if (typeof meta === 'object' && meta !== null && 'status' in meta) return meta.status;
  return body.code ?? body.status;
};

interface Rule {
  readonly may: Audience;
  readonly parameters: () => Record<string, string>;
  readonly allowed: number;
  readonly refused?: number;
  readonly unknown?: number;
}

const signUp = () => ({ phone: String(13_900_000_000 + ++unique), password: PASSWORD });

/** Every documented path, with parameters that are valid for whoever may call it. */
const rules: Record<string, Rule> = {
  '/api/background_login': {
    may: 'anybody',
    parameters: () => ({ account: 'max', passwd: PASSWORD }),
    allowed: 0,
  },
  '/validate/code/': {
    may: 'anybody',
    parameters: () => ({ type: 'sms', deviceId: 'd', mobile: '1' }),
    allowed: 400,
  },
  '/login/account': {
    may: 'anybody',
    parameters: () => ({ username: 'max', password: PASSWORD, captcha: '5694', deviceId: 'd' }),
    allowed: 400,
  },
  '/login/mobile': {
    may: 'anybody',
    parameters: () => ({ mobile: '13800000001', captcha: '5694', deviceId: 'd' }),
    allowed: 400,
  },
  '/sys/login-phone': {
    may: 'anybody',
    parameters: () => ({ phone: 'max', password: PASSWORD, device: 'mate60', version: '101' }),
    allowed: 200,
  },
  '/api/user/sendCode': { may: 'anybody', parameters: () => ({ account: '1' }), allowed: 400 },
  '/api/user/verifyCode': {
    may: 'anybody',
    parameters: () => ({ account: '13800000001', code: '000000' }),
    allowed: 400,
  },
  '/api/upgrade/checkVersion': { may: 'anybody', parameters: () => ({}), allowed: 404 },
  '/api/heart/check': { may: 'members', parameters: () => ({}), allowed: 201, unknown: 401 },
  '/api/upgrade/upload': {
    may: 'publishers',
    parameters: () => ({ version: '' }),
    allowed: 400,
    refused: 403,
    unknown: 401,
  },
  '/api/user/register': { may: 'anybody', parameters: signUp, allowed: 0 },
  '/api/user/login': { may: 'anybody', parameters: () => ({ phone: 'max', password: PASSWORD }), allowed: 0 },
  '/api/user/updateAccount': {
    may: 'members',
    parameters: () => ({ brief: 'b' }),
    allowed: 0,
    unknown: 200011,
  },
  '/api/user/updatePassword': {
    may: 'members',
    parameters: () => ({ password: PASSWORD, passwordTwo: PASSWORD, passwordNew: PASSWORD }),
    allowed: 0,
    unknown: 200011,
  },
};

test('every documented path has its row here', () => {
  const paths = dialects.flatMap(({ routes, uploads }) => [
    ...Object.keys(routes),
    ...Object.keys(uploads ?? {}),
  ]);
  expect(Object.keys(rules).sort()).toEqual(paths.sort());
});

test.each(Object.entries(rules))(
  '%s is for whom it says, whatever session they come with',
  async (url, { may, parameters, allowed, refused = 403, unknown = 401 }) => {
    const ask = async (session: OpenedSession | null) => {
      const form = url.endsWith('upload')
        ? uploadForm(Object.entries(parameters()))
        : multipartForm(parameters());
      const headers = { ...form.headers, ...(session ? { userToken: session.accessToken } : {}) };
      return statusOf((await gateway.app.inject({ method: 'POST', url, ...form, headers })).json());
    };
    expect(await askAll(gateway, ask)).toEqual(expected<unknown>(may, { allowed, refused, unknown }));
  },
);
