import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const PASSWORD = 'correct horse';
const own = { 'sec-fetch-site': 'same-origin' };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  await gateway.createUser({ username: 'root', password: PASSWORD });
});
afterAll(() => gateway.close());

/** Signs in on a page of the gateway, which may have a cookie already. */
async function signIn(headers: Record<string, string> = {}) {
  const query = 'mutation { login(input: {username: "root", password: "correct horse"}) { accessToken } }';
  const answer = await gateway.post('/graphql', { query }, { ...own, ...headers });
  const kept = String(answer.headers['set-cookie']);
  return {
    accessToken: String(answer.json().data.login.accessToken),
    kept,
    cookie: { cookie: kept.split(';')[0] ?? '' },
  };
}

/** @returns `refreshed`, or the code of the refusal, for a page of the gateway with these cookies. */
async function refresh(headers: Record<string, string>): Promise<string> {
  const query = 'mutation { refreshSession(input: {}) { accessToken } }';
  const answer = await gateway.post('/graphql', { query }, { ...own, ...headers });
  return answer.json().errors?.[0].extensions.code ?? 'refreshed';
}

test('pages of the gateway get the refresh token in a cookie that scripts cannot read', async () => {
  await gateway.createUser({ username: 'browser', password: PASSWORD });
  const own = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80', host: 'localhost:80' };
  const query =
    'mutation { login(input: {username: "browser", password: "correct horse"}) { refreshToken } }';
  const signedIn = await gateway.post('/graphql', { query }, own);
  expect(signedIn.json().data.login.refreshToken).toBeNull();
  const cookie = String(signedIn.headers['set-cookie']);
  expect(cookie).toMatch(
    /^gatehouse_refresh=[\w-]{43}; Path=\/graphql; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
  );
  const refresh = { query: 'mutation { refreshSession(input: {}) { accessToken refreshToken } }' };
  const pair = { cookie: cookie.split(';')[0] ?? '' };
  const foreign = await gateway.post('/graphql', refresh, { ...pair, 'sec-fetch-site': 'cross-site' });
  expect(foreign.json().errors[0].extensions.code).toBe('UNAUTHENTICATED');
  const refreshed = await gateway.post('/graphql', refresh, { ...own, ...pair });
  expect(refreshed.json().data.refreshSession).toMatchObject({ refreshToken: null });
});

test('a page that signs in again ends its previous session, and no other one', async () => {
  const isGood = async ({ accessToken }: { accessToken: string }) =>
    (await gateway.services.sessions.authenticate(accessToken)) !== null;
  const elsewhere = await signIn();
  const first = await signIn();
  const second = await signIn(first.cookie);
  expect([await isGood(elsewhere), await isGood(first), await isGood(second)]).toEqual([true, false, true]);
});

describe('over TLS the cookie', () => {
  const tls = { 'x-forwarded-proto': 'https' };

  test('is sent over TLS only, and to this host only', async () => {
    expect((await signIn(tls)).kept).toMatch(
      /^__Host-gatehouse_refresh=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    );
    expect((await signIn()).kept).not.toMatch(/Secure|__Host/);
  });

  test('is the only one that counts', async () => {
    const { cookie } = await signIn(tls);
    expect(await refresh({ ...tls, ...cookie })).toBe('refreshed');
    const planted = { cookie: (await signIn(tls)).cookie.cookie.replace('__Host-', '') };
    expect(await refresh({ ...tls, ...planted })).toBe('UNAUTHENTICATED');
  });
});

test.each(['http', 'https'])('of two cookies over %s, neither counts', async (scheme) => {
  const headers = { 'x-forwarded-proto': scheme };
  const [theirs, ours] = [await signIn(headers), await signIn(headers)];
  for (const [first, second] of [
    [theirs, ours],
    [ours, theirs],
  ]) {
    const cookie = `${first?.cookie.cookie}; other=1; ${second?.cookie.cookie}`;
    expect(await refresh({ ...headers, cookie })).toBe('UNAUTHENTICATED');
  }
});

test('a logout deletes the cookie', async () => {
  const { accessToken, cookie } = await signIn();
  const headers = { ...own, ...cookie, authorization: accessToken };
  const answer = await gateway.post(
    '/graphql',
    { query: 'mutation { logout(input: {}) { session { id } } }' },
    headers,
  );
  expect(answer.headers['set-cookie']).toMatch(/^gatehouse_refresh=; Path=\/graphql; .*Max-Age=0/);
});

describe('the cookie is set', () => {
  const host = '192.168.1.5:8080';
  const origin = `http://${host}`;
  test.each([
    ['for the origin of the gateway, without Sec-Fetch-Site', { origin }, true],
    ['for Sec-Fetch-Site without an origin', { 'sec-fetch-site': 'same-origin' }, true],
    ['not without either', {}, false],
    ['not for another origin', { origin: 'http://192.168.1.5:9999' }, false],
    ['not for the origin null', { origin: 'null' }, false],
    ['not for an origin that Sec-Fetch-Site contradicts', { origin, 'sec-fetch-site': 'same-site' }, false],
    [
      'not for another origin that Sec-Fetch-Site contradicts',
      { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
      false,
    ],
  ])('%s', async (_name, headers: Record<string, string>, kept) => {
    const query = 'mutation { login(input: {username: "root", password: "correct horse"}) { refreshToken } }';
    const answer = await gateway.post('/graphql', { query }, { host, ...headers });
    expect(answer.headers['set-cookie'] !== undefined).toBe(kept);
    expect(answer.json().data.login.refreshToken === null).toBe(kept);
  });
});

test('pages of PUBLIC_URL get the cookie behind a proxy that forwards neither host nor protocol', async () => {
  const behind = await startGateway({ PUBLIC_URL: 'https://fleet.example' });
  await behind.createUser({ username: 'root', password: PASSWORD });
  const query = 'mutation { login(input: {username: "root", password: "correct horse"}) { refreshToken } }';
  const signInFrom = (origin: string) =>
    behind.post('/graphql', { query }, { origin, host: 'gatehouse:8080', 'sec-fetch-site': 'same-origin' });
  const own = await signInFrom('https://fleet.example');
  expect(own.json().data.login.refreshToken).toBeNull();
  expect(String(own.headers['set-cookie'])).toMatch(/^__Host-gatehouse_refresh=[\w-]{43}; Path=\/; Secure; /);
  const [cookie = ''] = String(own.headers['set-cookie']).split(';');
  const refreshed = await behind.post(
    '/graphql',
    { query: 'mutation { refreshSession(input: {}) { refreshToken } }' },
    { origin: 'https://fleet.example', host: 'gatehouse:8080', cookie },
  );
  expect(refreshed.json()).toEqual({ data: { refreshSession: { refreshToken: null } } });
  const foreign = await signInFrom('https://fleet.example.evil.test');
  expect(foreign.headers['set-cookie']).toBeUndefined();
  await behind.close();
});
