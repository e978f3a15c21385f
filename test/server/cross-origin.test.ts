import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import type { TestGateway } from '../support/gateway.js';
import { startPublishing, upload } from '../support/releases.js';

const origin = 'https://front-end.example';
const EXPOSED = 'Retry-After, ETag, Content-Range, Accept-Ranges, Content-Disposition';

let gateway: TestGateway;
beforeAll(async () => {
  const publishing = await startPublishing();
  ({ gateway } = publishing);
  await upload(gateway, publishing.publisher, [
    ['version', '1'],
    ['file', { fileName: 'app.zip', content: 'a package' }],
  ]);
});
afterAll(() => gateway.close());

const paths = [
  '/graphql',
  '/api/background_login',
  '/validate/code/',
  '/validate/code',
  '/sys/login-phone',
  '/api/heart/check',
  '/api/upgrade/upload',
  '/api/user/updatePassword',
  '/api/nothing',
  '/dist/app-1.zip',
  '/dist/nothing',
  '/health/ready',
  '/openapi.json',
  '/nothing',
];

const headerLists = [
  'authorization, token, usertoken, content-type, x-device-id',
  'x-requested-with',
  'traceparent, tracestate, baggage',
  'apollographql-client-name, apollographql-client-version',
  'if-none-match, cache-control',
  'x-any-header-of-a-front-end',
];

test.each(paths)('a preflight at %s allows the headers it asks for, for a day', async (url) => {
  for (const asked of headerLists) {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    };
    const answer = await gateway.app.inject({ method: 'OPTIONS', url, headers });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': asked,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-max-age': '86400',
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  }
});

const post = (url: string, payload: string | object = {}): InjectOptions => ({
  method: 'POST',
  url,
  payload,
});

const requests: Readonly<Record<string, InjectOptions>> = {
  'a query': post('/graphql', { query: '{ __typename }' }),
  'a broken query': post('/graphql', '{'),
  'a login that fails': post('/api/background_login', { account: 'nobody', passwd: '123456' }),
  'a malformed body': post('/login/account', '{'),
  'a body that is too large': post('/api/user/login', 'x'.repeat(2 ** 20 + 1)),
  'a request without a token': post('/api/heart/check'),
  'a wrong method': { method: 'DELETE', url: '/sys/login-phone' },
  'an unknown path of the upgrade API': post('/api/nothing'),
  'an unknown path': post('/nothing'),
  'a path that cannot be decoded': post('/api/%zz'),
  'a package': { method: 'GET', url: '/dist/app-1.zip' },
  'a part of a package': { method: 'GET', url: '/dist/app-1.zip', headers: { range: 'bytes=0-1' } },
  'a range that a package does not have': {
    method: 'GET',
    url: '/dist/app-1.zip',
    headers: { range: 'bytes=90-' },
  },
  'an unknown package': { method: 'GET', url: '/dist/nothing' },
  'a health check': { method: 'GET', url: '/health/live' },
};

test.each(Object.entries(requests))(
  'a page of any origin may read the response to %s',
  async (_what, request) => {
    const { headers } = await gateway.app.inject({ ...request, headers: { origin, ...request.headers } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': request.url === '/graphql' ? `${EXPOSED}, X-Request-Id` : EXPOSED,
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  },
);

test('a page of another origin gets the refresh token in the response, never as a cookie', async () => {
  const query = 'mutation { login(input: {username: "max", password: "correct horse"}) { refreshToken } }';
  const headers = { origin, 'sec-fetch-site': 'cross-site', cookie: 'gatehouse_refresh=stolen' };
  const answer = await gateway.post('/graphql', { query }, headers);
  expect(answer.headers).not.toHaveProperty('set-cookie');
  const refresh = 'mutation { refreshSession(input: {}) { accessToken } }';
  const refreshed = await gateway.post('/graphql', { query: refresh }, headers);
  expect(refreshed.json().data?.refreshSession ?? null).toBeNull();
  expect(refreshed.headers).not.toHaveProperty('set-cookie');
});
