import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import type { TestGateway } from '../support/gateway.js';
import { startPublishing, upload } from '../support/releases.js';

const PACKAGE = '/dist/app-1.zip';

let gateway: TestGateway;
beforeAll(async () => {
  const started = await startPublishing({ TRUST_PROXY: '192.0.2.1' });
  gateway = started.gateway;
  await upload(gateway, started.publisher, [
    ['version', '1'],
    ['file', { fileName: 'app.zip', content: 'a package' }],
  ]);
});
afterAll(() => gateway.close());

const login = {
  query: 'mutation { login(input: {username: "pia", password: "correct horse"}) { accessToken } }',
};
const post = (url: string, payload: object = {}) => ({ method: 'POST', url, payload }) as const;

/** A request to each kind of route, and for each way to fail. */
const routes: Record<string, InjectOptions> = {
  'a login over GraphQL': post('/graphql', login),
  'a broken operation': post('/graphql', { query: '{' }),
  'a GraphQL query by GET': { method: 'GET', url: '/graphql?query={__typename}' },
  'a login of the uims API': post('/api/background_login', { account: 'pia', passwd: 'correct horse' }),
  'a captcha of the console API': post('/validate/code/', { type: 'image', deviceId: 'browser 1' }),
  'a login of the bms API': post('/sys/login-phone?phone=pia&password=correct%20horse&device=a&version=1'),
  'a heartbeat without a token': post('/api/heart/check'),
  'a refused upload': post('/api/upgrade/upload'),
  'a login of the teacher API': post('/api/user/login', { phone: 'pia', password: 'correct horse' }),
  'a wrong method': { method: 'DELETE', url: '/api/user/login' },
  'an unknown path below /api': { method: 'GET', url: '/api/nothing' },
  'an unknown path': { method: 'GET', url: '/nothing' },
  'the set-up page': { method: 'GET', url: '/setup' },
  'a missing package': { method: 'GET', url: '/dist/none' },
  'a health check': { method: 'GET', url: '/health/live' },
  'a readiness check': { method: 'GET', url: '/health/ready' },
  'a preflight': {
    method: 'OPTIONS',
    url: '/graphql',
    headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
  },
};

/** These reach no route, and Fastify ignores forwarded headers. */
const undecodable: Record<string, InjectOptions> = {
  'a path below /api that cannot be decoded': { method: 'GET', url: '/api/%zz' },
  'a path that cannot be decoded': { method: 'GET', url: '/%zz' },
};

test.each(Object.entries({ ...routes, ...undecodable }))(
  'the response to %s has the default security headers',
  async (_name, request) => {
    const { headers } = await gateway.app.inject(request);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.* frame-ancestors 'none'$/),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
  },
);

test.each(Object.entries(routes))(
  'the response to %s has HSTS only if a trusted proxy received the request over TLS',
  async (_name, request) => {
    const over = async (remoteAddress: string, protocol: string) => {
      const headers = { ...request.headers, 'x-forwarded-proto': protocol };
      const answer = await gateway.app.inject({ ...request, remoteAddress, headers });
      return answer.headers['strict-transport-security'];
    };
    expect(await over('192.0.2.1', 'https')).toBe('max-age=31536000');
    expect(await over('192.0.2.1', 'http')).toBeUndefined();
    expect(await over('192.0.2.2', 'https')).toBeUndefined();
  },
);

test.each([200, 206, 304])('a package is revalidated and sandboxed (status %s)', async (status) => {
  const whole = await gateway.app.inject({ method: 'GET', url: PACKAGE });
  const asked = {
    200: {},
    206: { range: 'bytes=0-1' },
    304: { 'if-none-match': String(whole.headers.etag) },
  };
  const answer = await gateway.app.inject({
    method: 'GET',
    url: PACKAGE,
    remoteAddress: '192.0.2.1',
    headers: { 'x-forwarded-proto': 'https', ...asked[status as keyof typeof asked] },
  });
  expect(answer.statusCode).toBe(status);
  expect(answer.headers).toMatchObject({
    'cache-control': 'no-cache',
    'content-security-policy': 'sandbox',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
  });
});
