import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dialects } from '../../src/legacy/index.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { type Audience, askAll, createCallers, expected } from '../support/callers.js';
import { multipartForm, uploadForm } from '../support/clients/multipart.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let unique = 0;

beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: '5694' });
  await createCallers(gateway);
});
afterAll(() => gateway.close());

/** The status or error code in the envelope of each API. */
const statusOf = (body: Record<string, unknown>): unknown => {
  const meta = body.meta;
  if (typeof meta === 'object' && meta !== null && 'status' in meta) return meta.status;
  return body.code ?? body.status;
};

interface Rule {
  readonly audience: Audience;
  readonly parameters: () => Record<string, string>;
  readonly allowed: number;
  readonly forbidden?: number;
  readonly unauthenticated?: number;
}

const signUp = () => ({ phone: String(13_900_000_000 + ++unique), password: PASSWORD });

/** Every documented path, with its audience and the status for each caller. Some allowed requests fail validation. */
const rules: Record<string, Rule> = {
  '/api/background_login': {
    audience: 'anybody',
    parameters: () => ({ account: 'max', passwd: PASSWORD }),
    allowed: 0,
  },
  '/validate/code/': {
    audience: 'anybody',
    parameters: () => ({ type: 'sms', deviceId: 'd', mobile: '1' }),
    allowed: 400,
  },
  '/login/account': {
    audience: 'anybody',
    parameters: () => ({ username: 'max', password: PASSWORD, captcha: '5694', deviceId: 'd' }),
    allowed: 400,
  },
  '/login/mobile': {
    audience: 'anybody',
    parameters: () => ({ mobile: '13800000001', captcha: '5694', deviceId: 'd' }),
    allowed: 400,
  },
  '/sys/login-phone': {
    audience: 'anybody',
    parameters: () => ({ phone: 'max', password: PASSWORD, device: 'mate60', version: '101' }),
    allowed: 200,
  },
  '/api/user/sendCode': { audience: 'anybody', parameters: () => ({ account: '1' }), allowed: 400 },
  '/api/user/verifyCode': {
    audience: 'anybody',
    parameters: () => ({ account: '13800000001', code: '000000' }),
    allowed: 400,
  },
  '/api/upgrade/checkVersion': { audience: 'anybody', parameters: () => ({}), allowed: 404 },
  '/api/heart/check': { audience: 'members', parameters: () => ({}), allowed: 201, unauthenticated: 401 },
  '/api/upgrade/upload': {
    audience: 'publishers',
    parameters: () => ({ version: '' }),
    allowed: 400,
    forbidden: 403,
    unauthenticated: 401,
  },
  '/api/user/register': { audience: 'anybody', parameters: signUp, allowed: 0 },
  '/api/user/login': {
    audience: 'anybody',
    parameters: () => ({ phone: 'max', password: PASSWORD }),
    allowed: 0,
  },
  '/api/user/updateAccount': {
    audience: 'members',
    parameters: () => ({ brief: 'b' }),
    allowed: 0,
    unauthenticated: 200011,
  },
  '/api/user/updatePassword': {
    audience: 'members',
    parameters: () => ({ password: PASSWORD, passwordTwo: PASSWORD, passwordNew: PASSWORD }),
    allowed: 0,
    unauthenticated: 200011,
  },
};

test('the table has every documented path', () => {
  const paths = dialects.flatMap(({ routes, uploads }) => [
    ...Object.keys(routes),
    ...Object.keys(uploads ?? {}),
  ]);
  expect(Object.keys(rules).sort()).toEqual(paths.sort());
});

test.each(Object.entries(rules))(
  '%s admits its audience only, with a session of any API',
  async (url, { audience, parameters, allowed, forbidden = 403, unauthenticated = 401 }) => {
    const call = async (session: OpenedSession | null) => {
      const form = url.endsWith('upload')
        ? uploadForm(Object.entries(parameters()))
        : multipartForm(parameters());
      const headers = { ...form.headers, ...(session ? { userToken: session.accessToken } : {}) };
      return statusOf((await gateway.app.inject({ method: 'POST', url, ...form, headers })).json());
    };
    expect(await askAll(gateway, call)).toEqual(
      expected<unknown>(audience, { allowed, forbidden, unauthenticated }),
    );
  },
);
