import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import samples from '../../../src/legacy/uims/samples.json' with { type: 'json' };
import { UserStatus } from '../../../src/users/user.entity.js';
import { multipartForm } from '../../support/clients/multipart.js';
import { importUser } from '../../support/fixtures.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { readGolden } from '../../support/legacy/golden-files.js';

const url = '/api/background_login';
const password = '六个字的密码!';
const sample = { account: 'uims_super_admin', passwd: password };

let gateway: TestGateway;
let failures: Awaited<ReturnType<typeof readGolden>>;

beforeAll(async () => {
  gateway = await startGateway();
  failures = await readGolden('uims-failures');
  const at = new Date('2020-07-14T16:16:41+08:00');
  await importUser(gateway, {
    id: 1,
    username: 'uims_super_admin',
    password,
    email: 'vzhuo@vzhuo.com',
    phone: '17852000001',
    userCode: '1282952138284077056',
    userType: 'CASS',
    createdAt: at,
    updatedAt: at,
  });
  await importUser(gateway, {
    id: 2,
    username: 'retired',
    password,
    createdAt: at,
    status: UserStatus.DISABLED,
  });
  await importUser(gateway, { id: 3, phone: '13954969056', password, createdAt: at });
  await importUser(gateway, { id: 4, username: '😀'.repeat(16), password: '😀'.repeat(100), createdAt: at });
});
afterAll(() => gateway.close());

const withPlaceholder = (body: string) => body.replace(/"token":"[\w-]+\.[\w-]+\.[\w-]+"/, '"token":"<JWT>"');

test('responds to the documented login like the document', async () => {
  const response = await gateway.post(url, sample);
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(withPlaceholder(response.body)).toBe(JSON.stringify(samples[url].answers.success));
});

test('issues a JWT with the documented claims: valid for 6 hours, and from 1000 seconds before', async () => {
  const { token } = (await gateway.post(url, sample)).json().body;
  expect(jwt.decode(token, { complete: true })?.header).toEqual({ alg: 'HS256', typ: 'JWT' });
  const now = Math.floor(gateway.clock.now / 1000);
  expect(jwt.decode(token)).toEqual({
    account: 'uims_super_admin',
    exp: now + 6 * 3600,
    iss: 'UIMS-BACK',
    nbf: now - 1000,
    jti: expect.any(String),
  });
});

test('issues a token that expires after 6 hours', async () => {
  const { token } = (await gateway.post(url, sample)).json().body;
  gateway.clock.advance(6 * 3_600_000 - 2000);
  expect((await gateway.services.sessions.authenticate(token))?.user.id).toBe(1);
  gateway.clock.advance(2000);
  expect(await gateway.services.sessions.authenticate(token)).toBeNull();
});

test("rejects the document's printed token, even at a time within its validity", async () => {
  const printed =
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY2NvdW50IjoidWltc19zdXBlcl9hZG1pbiIsImV4cCI6MTU5NDc0NDI1MiwiaXNzIjoiVUlNUy1CQUNLIiwibmJmIjoxNTk0NzIxNjUyfQ.AQWHRcS7d1orXJBFitNHQ7GdWTlOJkElcRePNYHtY_s';
  const { now } = gateway.clock;
  gateway.clock.now = 1_594_722_652_000;
  expect(await gateway.services.sessions.authenticate(printed)).toBeNull();
  gateway.clock.now = now;
});

describe('reads the parameters', () => {
  const form = new URLSearchParams(sample).toString();
  const multipart = multipartForm(sample);
  test.each([
    ['from a JSON body', url, 'application/json', JSON.stringify(sample)],
    ['from a JSON body of another content type', url, 'text/plain', JSON.stringify(sample)],
    ['from an urlencoded form', url, 'application/x-www-form-urlencoded', form],
    ['from a multipart form', url, multipart.headers['content-type'], multipart.payload],
    ['from the query with an empty body', `${url}?${form}`, 'application/json', ''],
    [
      'from the body in preference to the query',
      `${url}?account=nobody&passwd=wrong`,
      'application/json',
      JSON.stringify(sample),
    ],
    ['at the path with a trailing slash', `${url}/`, 'application/json', JSON.stringify(sample)],
    [
      'and ignores unknown ones',
      `${url}?x=1`,
      'application/json',
      JSON.stringify({ __proto__x: 1, ...sample, remember: true }),
    ],
  ])('%s', async (_how, to, type, payload) => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: to,
      payload,
      headers: { 'content-type': type },
    });
    expect(response.json()).toMatchObject({ code: 0, body: { user: { id: 1 } } });
  });
});

test.each([['13954969056'], [13954969056]])(
  'accepts the phone %p, and shows it as the account',
  async (account) => {
    const { body } = (await gateway.post(url, { account, passwd: password })).json();
    expect(body.user).toMatchObject({
      id: 3,
      account: '13954969056',
      phone: '13954969056',
      email: '',
      user_type: '',
    });
    expect(jwt.decode(body.token)).toMatchObject({ account: '13954969056' });
  },
);

test('counts the lengths of account and password in characters, not in UTF-16 units', async () => {
  const longest = { account: '😀'.repeat(16), passwd: '😀'.repeat(100) };
  expect((await gateway.post(url, longest)).json()).toMatchObject({ code: 0, body: { user: { id: 4 } } });
});

test('stores the id and the version of the device with the session', async () => {
  const device = { 'x-device-id': 'till-7' };
  const { token } = (await gateway.post(url, { ...sample, version: '1.0\u0000.1' }, device)).json().body;
  const caller = await gateway.services.sessions.authenticate(token);
  const session = (await gateway.services.openSessions.listAll(1)).find(({ id }) => id === caller?.sessionId);
  expect(session).toMatchObject({
    deviceId: 'till-7',
    clientVersion: '1.0.1',
    restricted: true,
    api: 'uims',
  });
});

describe('reports in its own envelope', () => {
  const { account, passwd } = sample;
  test.each<[string, object]>([
    ['no account', { passwd }],
    ['an empty account', { account: '', passwd }],
    ['a mistyped account', { account: { name: account }, passwd }],
    ['an account of 17 characters', { account: '😀'.repeat(17) }],
    ['no password', { account }],
    ['an empty password', { account, passwd: '' }],
    ['a mistyped password', { account, passwd: 12345678 }],
    ['a password of 5 characters', { account, passwd: '😀'.repeat(5) }],
    ['a password of 101 characters', { account, passwd: '😀'.repeat(101) }],
    ['nothing at all', {}],
    ['an unknown account', { account: 'nobody', passwd }],
    ['an account that no database can hold', { account: 'uims\u0000', passwd }],
    ['a disabled account', { account: 'retired', passwd }],
    ['a disabled account with a wrong password', { account: 'retired', passwd: 'not this one' }],
    ['a wrong password', { account, passwd: 'not this one' }],
  ])('%s', async (name, body) => {
    const response = await gateway.post(url, body);
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(JSON.stringify(failures[name]));
  });

  test.each([
    ['malformed JSON', 'application/json', '{"account": "uims'],
    ['a JSON list', 'application/json', '["uims_super_admin"]'],
    ['a malformed form', 'multipart/form-data', 'no boundary'],
    ['a body beyond the limit', 'application/json', JSON.stringify({ account: 'x'.repeat(2 ** 21) })],
    ['nothing at all', 'application/json', ''],
    ['nothing at all', 'application/x-www-form-urlencoded', ''],
    ['nothing at all', 'multipart/form-data; boundary=x', ''],
    ['nothing at all', 'application/xml', ''],
  ])('%s as %s', async (name, type, payload) => {
    const response = await gateway.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': type },
    });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(JSON.stringify(failures[name]));
  });

  // Fastify's types do not have all methods that it supports.
  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'PROPFIND' as 'GET'])('a wrong method: %s', async (method) => {
    const response = await gateway.app.inject({ method, url });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(JSON.stringify(failures['a wrong method']));
  });

  test('a wrong method: HEAD, without a body', async () => {
    const response = await gateway.app.inject({ method: 'HEAD', url });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

test('rate-limits failed logins, with the seconds to wait', async () => {
  await importUser(gateway, { id: 5, username: 'attacked', password, createdAt: new Date() });
  const attempt = () => gateway.post(url, { account: 'attacked', passwd: 'wrong password' });
  for (let attempts = 0; attempts < 11; attempts += 1)
    expect((await attempt()).json().message).toBe('密码错误');
  const response = await attempt();
  expect(response.statusCode).toBe(200);
  expect(response.body).toBe(JSON.stringify(failures['too many wrong passwords']));
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
});

test('logs no password, hash or token, even when the database fails', async () => {
  const { token } = (await gateway.post(`${url}?passwd=also-not-this`, sample)).json().body;
  await gateway.services.db.em
    .fork()
    .execute("alter table sessions add constraint never check (door = '') not valid");
  const response = await gateway.post(url, sample);
  await gateway.services.db.em.fork().execute('alter table sessions drop constraint never');
  expect(response.statusCode).toBe(200);
  expect(response.body).toBe(JSON.stringify(failures['a fault']));
  const logged = gateway.logged();
  expect(logged).toContain('a request failed unexpectedly');
  expect(logged).toContain(url);
  for (const secret of [password, 'also-not-this', token, '$argon2', 'retired'])
    expect(logged).not.toContain(secret);
  expect(logged).not.toMatch(/[\da-f]{64}/);
});
