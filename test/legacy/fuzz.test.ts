import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ask } from '../support/clients/client.js';
import { type RawResponse, sendRaw } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { bodies, headers, methods, pathSpellings, queries } from '../support/inputs/hostile-requests.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const deviceId = '80c71a92-a2e6-4320-3bbe-38cfd6b19ab4';

let gateway: TestGateway;
let host: string;
let token: string;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: '5694', TRUST_PROXY: 'loopback', UPLOAD_LIMIT: '1MiB' });
  await gateway.createUser({ username: 'pia', password: PASSWORD, roles: ['PUBLISHER'] });
  const { login } = await ask(gateway, op.LoginDocument, { input: { username: 'pia', password: PASSWORD } });
  token = login.accessToken;
  host = await gateway.listen();
});
afterAll(() => gateway.close());

const paths: Readonly<Record<string, readonly [dialect: string, parameters: object]>> = {
  '/api/background_login': ['uims', { account: 'nobody', passwd: '123456' }],
  '/validate/code/': ['console', { type: 'image', deviceId, mobile: '13800000009' }],
  '/login/account': ['console', { username: 'nobody', password: '123456', captcha: '5694', deviceId }],
  '/login/mobile': ['console', { mobile: '13800000009', captcha: '5694', deviceId }],
  '/sys/login-phone': ['bms', { phone: 'nobody', password: '123456', device: 'mate60', version: '101' }],
  '/api/user/sendCode': ['upgrade', { account: '13800000008' }],
  '/api/user/verifyCode': ['upgrade', { account: '13800000008', code: '5694' }],
  '/api/upgrade/checkVersion': ['upgrade', { version: '1' }],
  '/api/upgrade/upload': ['upgrade', { version: '1' }],
  '/api/heart/check': ['upgrade', { deviceId, version: '1', device: 'mate60' }],
  '/api/user/register': [
    'teacher',
    { phone: '13800000007', password: '12345', nickname: 'Li', gendar: true },
  ],
  '/api/user/login': ['teacher', { phone: '13800000007', password: '12345' }],
  '/api/user/updateAccount': ['teacher', { nickname: 'Li', signature: 'x', breif: 'y', gendar: false }],
  '/api/user/updatePassword': ['teacher', { password: 'a', passwordTwo: 'b', passwordNew: 'c' }],
};

/** Status and body of every expected response, as text. The failure for an unexpected error does not match. */
const envelopes: Readonly<Record<string, RegExp>> = {
  uims: /^200 \{"code":(0,"message":"success","body":\{.*\}|1,"message":"(?!服务器错误)[^"]+","body":null)\}$/,
  console:
    /^200 \{"code":(200,"msg":"成功","data":(null|\{.*\}),"success":true|4\d\d,"msg":"(?!服务器错误)[^"]+","data":null,"success":false)\}$/,
  bms: /^200 \{"status":(200,"msg":"OK","data":\{.*\},"ok":true|4\d\d,"msg":"(?!服务器错误)[^"]+","data":null,"ok":false)\}$/,
  upgrade: /^(200|201|204|400|401|403|404) \{"data":(null|\{.*\}),"meta":\{"msg":"[^"]+","status":\1\}\}$/,
  teacher: /^200 \{"code":(0,"message":"success"(,"data":\{.*\})?|2000(0[1-9]|1[0-3]),"message":"[^"]+")\}$/,
  none: /^(400|404|415) \{"status":\1,"message":"[A-Z][A-Za-z ]+"\}$/,
  page: /^(400|404) <!doctype html>/,
};

/** Which of them answers a request to a path of no endpoint. A browser gets a page. */
function answerElsewhere(target: string, method: string, headers: readonly string[]): string {
  if (target.startsWith('/api/')) return 'upgrade';
  return method === 'GET' && headers.includes('accept: text/html') ? 'page' : 'none';
}

/** Shows an image of the console like a success. */
const toText = ({ status, type, body }: RawResponse) =>
  type === 'image/png'
    ? `${status} {"code":200,"msg":"成功","data":null,"success":true}`
    : `${status} ${body}`;

const loggedErrors = () => gateway.logged().match(/^\{"level":[56]0.*$/gm) ?? [];

/** A number rather than a time limit, so that a slow machine covers as many. */
const REQUESTS_PER_PATH = 100;

const requests = (parameters: object) =>
  fc.record({
    spelling: fc.oneof(
      { weight: 8, arbitrary: fc.constant(pathSpellings[0]) },
      fc.constantFrom(...pathSpellings),
    ),
    method: methods,
    signedIn: fc.boolean(),
    headers,
    query: queries,
    address: fc.ipV6(),
    content: bodies({ ...parameters }),
  });

test.each(Object.entries(paths))(
  'every request to %s gets its envelope',
  async (path, [dialect, parameters]) => {
    await fc.assert(
      fc.asyncProperty(
        requests(parameters),
        async ({
          spelling,
          method,
          signedIn,
          headers,
          query,
          address,
          content: { type, encoding, body },
        }) => {
          const target = spelling.of(path);
          const response = await sendRaw(
            host,
            `${method} ${target}${query} HTTP/1.1`,
            [
              ...headers,
              // A new address for each request, so that no rate limit applies.
              `x-forwarded-for: ${address}`,
              ...(type === null ? [] : [`content-type: ${type}`]),
              ...(encoding === null ? [] : [`content-encoding: ${encoding}`]),
              ...(signedIn ? [`authorization: ${token}`] : []),
            ],
            body,
          );
          const answer = spelling.same ? dialect : answerElsewhere(target, method, headers);
          expect(toText(response)).toMatch(envelopes[answer] ?? /^$/);
          expect(loggedErrors()).toEqual([]);
        },
      ),
      { numRuns: REQUESTS_PER_PATH, endOnFailure: true },
    );
  },
);

const cutForm = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf a file';
const form = 'content-type: multipart/form-data; boundary=x';

test.each(Object.entries(paths))('%s survives a form that ends inside its file', async (path, [dialect]) => {
  const response = await sendRaw(
    host,
    `POST ${path} HTTP/1.1`,
    [form, `authorization: ${token}`],
    Buffer.from(cutForm),
  );
  expect(toText(response)).toMatch(envelopes[dialect] ?? /^$/);
});

test.each(Object.entries(paths))(
  '%s reports a body that is too large in its envelope',
  async (path, [dialect]) => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: path,
      payload: 'x'.repeat(2 ** 20 + 1),
    });
    expect(`${response.statusCode} ${response.body}`).toMatch(envelopes[dialect] ?? /^$/);
  },
);
