import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import jwt from 'jsonwebtoken';
import samples from '../../../src/legacy/upgrade/samples.json' with { type: 'json' };
import { UserStatus } from '../../../src/users/user.entity.js';
import { importUser } from '../../support/fixtures.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { everyEncoding } from '../../support/inputs/parameter-encodings.js';
import { readGolden } from '../../support/legacy/golden-files.js';
import { PHONE, postUpgrade, SEND, VERIFY, withPlaceholders } from '../../support/legacy/upgrade-api.js';

const BEAT = '/api/heart/check';

const refusals = await readGolden('upgrade-refusals');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** Codes and tokens that must not be logged. */
const secrets: string[] = [];
afterEach(() => {
  for (const secret of secrets) expect(gateway.logged()).not.toContain(secret);
});

const post = (options: InjectOptions) => postUpgrade(gateway, options);

async function codeFor(account: string): Promise<string> {
  await post({ url: SEND, payload: { account } });
  const code = await gateway.lastSms(account);
  secrets.push(`"${code}"`);
  return code;
}

async function login(account: string, headers: Record<string, string> = {}) {
  const response = await gateway.post(VERIFY, { account, code: await codeFor(account) }, headers);
  const { data } = response.json<{ data: Record<string, string> }>();
  const token = data.token?.replace('Bearer ', '') ?? '';
  secrets.push(token);
  return { data, token };
}

let lastPhone = 13_700_000_000;
/** A phone that no code has been sent to. */
function newPhone(): string {
  lastPhone += 1;
  return String(lastPhone);
}

describe('responds like the document', () => {
  test('to sendCode, and to verifyCode at the first login of a phone', async () => {
    expect(await post({ url: SEND, payload: { account: PHONE } })).toBe(
      withPlaceholders(samples[SEND].answers.success),
    );
    const payload = { account: PHONE, code: await gateway.lastSms(PHONE) };
    expect(await post({ url: VERIFY, payload })).toBe(withPlaceholders(samples[VERIFY].answers.success));
  });

  test('with a token that has the documented claims in their order, valid for 24 hours', async () => {
    const { data, token } = await login(newPhone());
    const claims = jwt.decode(token, { json: true }) ?? {};
    const { token: _handedOut, ...user } = data;
    const iat = Math.floor(gateway.clock.now / 1000);
    expect(JSON.stringify(claims)).toBe(JSON.stringify({ ...user, iat, exp: iat + 86_400, jti: claims.jti }));
    expect(await gateway.services.sessions.authenticate(token)).toMatchObject({
      api: 'upgrade',
      restricted: true,
    });
    gateway.clock.advance(86_400_000);
    expect(await gateway.services.sessions.authenticate(token)).toBeNull();
  });

  test('to a second login, with another token of the same user', async () => {
    const phone = newPhone();
    const first = await login(phone);
    gateway.clock.advance(60_000);
    const second = await login(phone);
    const [one, other] = await Promise.all(
      [first, second].map(({ token }) => gateway.services.sessions.authenticate(token)),
    );
    expect(second.token).not.toBe(first.token);
    expect(one?.user.id).toBe(other?.user.id);
  });

  test('to a heartbeat, apart from the phone and the enabled account', async () => {
    const mobile = newPhone();
    const createdAt = new Date('2017-11-10T03:47:13.533Z');
    const profile = { id: 27, username: 'tige1200', phone: mobile, email: 'test@test.com', type: 1 };
    await importUser(gateway, { ...profile, createdAt });
    const { token } = await login(mobile);
    const { data, meta } = samples[BEAT].answers.success;
    expect(await post({ url: BEAT, headers: { authorization: `Bearer ${token}` } })).toBe(
      JSON.stringify({ data: { ...data, id: 27, mobile, is_active: true }, meta }),
    );
  });

  test('with the profile of the user, whose long texts are truncated in the token only', async () => {
    const phone = newPhone();
    await importUser(gateway, {
      id: 28,
      phone,
      name: 'tige1200',
      avatarUrl: 'https://example.org/a.png',
      signature: '我'.repeat(2000),
      brief: `${'a'.repeat(299)}🌲`,
      licenseNumber: 'L-1',
      licenseStatus: 2,
      licenseEffectDate: new Date('2023-10-20T09:43:42.000Z'),
      licenseExpiresAt: new Date('2024-10-20T09:43:42.000Z'),
      createdAt: new Date(gateway.clock.now),
    });
    const { data, token } = await login(phone);
    expect(data).toMatchObject({
      account: phone,
      name: 'tige1200',
      imgsrc: 'https://example.org/a.png',
      signature: '我'.repeat(2000),
      breif: `${'a'.repeat(299)}🌲`,
      license_number: 'L-1',
      status: 2,
      effect_date: '2023-10-20T09:43:42.000Z',
      expired_time: '2024-10-20T09:43:42.000Z',
    });
    expect(jwt.decode(token, { json: true })).toMatchObject({
      signature: '我'.repeat(300),
      breif: 'a'.repeat(299),
    });
  });

  test('with a token that fits into a header, however long the profile', async () => {
    const phone = newPhone();
    const text = '我'.repeat(2000);
    const createdAt = new Date(gateway.clock.now);
    await importUser(gateway, {
      id: 29,
      phone,
      name: text,
      avatarUrl: text,
      signature: text,
      brief: text,
      createdAt,
    });
    expect((await login(phone)).token.length).toBeLessThan(8 * 1024);
  });

  test.each(Object.keys(everyEncoding({})))('to parameters in %s', async (encoding) => {
    const account = newPhone();
    expect(await post({ url: SEND, ...everyEncoding({ account })[encoding] })).toBe(
      withPlaceholders(samples[SEND].answers.success),
    );
    const proof = { account, code: await gateway.lastSms(account) };
    const verified = JSON.parse(await post({ url: VERIFY, ...everyEncoding(proof)[encoding] }));
    expect(verified).toMatchObject({ data: { account }, meta: { msg: '登录成功！', status: 200 } });
  });

  test('to an account as a number, and a path with a trailing slash', async () => {
    const account = newPhone();
    await post({ url: `${SEND}/`, payload: { account: Number(account), unknown: [] } });
    const payload = { account: Number(account), code: await gateway.lastSms(account), unknown: {} };
    expect(JSON.parse(await post({ url: `${VERIFY}/`, payload }))).toMatchObject({ data: { account } });
  });

  test('to a device that sends its id only at the login, and stores the id with the session', async () => {
    const { token } = await login(newPhone(), { 'x-device-id': 'terminal-1' });
    expect(await gateway.services.sessions.authenticate(token)).toMatchObject({ deviceId: 'terminal-1' });
  });
});

describe('a code', () => {
  const expectedFailure = (name: string) => JSON.stringify(refusals[name]);

  test('is rejected if it is wrong, or used twice', async () => {
    const account = newPhone();
    const code = await codeFor(account);
    const wrong = code === '000000' ? '111111' : '000000';
    expect(await post({ url: VERIFY, payload: { account, code: wrong } })).toBe(
      expectedFailure('a wrong code'),
    );
    expect(JSON.parse(await post({ url: VERIFY, payload: { account, code } }))).toMatchObject({
      data: { account },
    });
    expect(await post({ url: VERIFY, payload: { account, code } })).toBe(
      expectedFailure('a code that is used up'),
    );
  });

  test('expires after five minutes', async () => {
    const account = newPhone();
    const code = await codeFor(account);
    gateway.clock.advance(5 * 60_000);
    expect(await post({ url: VERIFY, payload: { account, code } })).toBe(
      expectedFailure('a code that is too old'),
    );
  });

  test('does not log in a disabled account', async () => {
    const account = newPhone();
    const status = UserStatus.DISABLED;
    await importUser(gateway, { id: 1030, phone: account, status, createdAt: new Date(gateway.clock.now) });
    const code = await codeFor(account);
    expect(await post({ url: VERIFY, payload: { account, code } })).toBe(
      expectedFailure('a disabled account'),
    );
  });

  test('is sent once a minute; the failure is that of Aliyun, with the seconds to wait', async () => {
    const account = newPhone();
    await codeFor(account);
    gateway.clock.advance(15_000);
    expect(await post({ url: SEND, payload: { account } })).toBe(expectedFailure('a code too soon'));
    const again = await gateway.post(SEND, { account });
    expect(again.headers['retry-after']).toBe('45');
    gateway.clock.advance(45_000);
    expect(await post({ url: SEND, payload: { account } })).toBe(
      withPlaceholders(samples[SEND].answers.success),
    );
  });

  test('opens one session for two concurrent requests', async () => {
    const account = newPhone();
    const code = await codeFor(account);
    const both = await Promise.all([1, 2].map(() => post({ url: VERIFY, payload: { account, code } })));
    expect(both.filter((text) => text.includes('登录成功！'))).toHaveLength(1);
  });

  test('is rate-limited after fifty failed attempts of an address, with the seconds to wait', async () => {
    const attempt = (account: string) => gateway.post(VERIFY, { account, code: 'abcdef' });
    // An hour later, the address may request codes again.
    gateway.clock.advance(3_600_000);
    // A code accepts five wrong attempts. Attempts without a code do not count.
    for (let phone = 0; phone < 10; phone += 1) {
      const account = String(13_600_000_010 + phone);
      await codeFor(account);
      for (let failure = 0; failure < 5; failure += 1) await attempt(account);
    }
    await attempt('13600000001');
    const limited = await attempt('13600000001');
    expect([limited.statusCode, limited.body]).toEqual([
      400,
      JSON.stringify(refusals['too many wrong codes']),
    ]);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });
});
