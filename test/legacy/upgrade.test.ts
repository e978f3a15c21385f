import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import jwt from 'jsonwebtoken';
import samples from '../../src/legacy/upgrade/samples.json' with { type: 'json' };
import { UserStatus } from '../../src/users/user.entity.js';
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { readGolden } from '../support/golden-files.js';
import { everyEncoding } from '../support/parameter-encodings.js';
import { anonymous, envelope, PHONE, SEND, VERIFY } from '../support/upgrade-api.js';

const BEAT = '/api/heart/check';

const refusals = await readGolden('upgrade-refusals');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** No log line may hold what a caller has shown or was given. */
const secrets: string[] = [];
afterEach(() => {
  for (const secret of secrets) expect(gateway.logged()).not.toContain(secret);
});

const answer = (options: InjectOptions) => envelope(gateway, options);

async function codeFor(account: string): Promise<string> {
  await answer({ url: SEND, payload: { account } });
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

let phones = 13_700_000_000;
/** A number that nobody has asked a code for. */
function newPhone(): string {
  phones += 1;
  return String(phones);
}

describe('the documented requests', () => {
  test('sendCode and verifyCode answer their samples to the letter, the second at a first login', async () => {
    expect(await answer({ url: SEND, payload: { account: PHONE } })).toBe(
      anonymous(samples[SEND].answers.success),
    );
    const payload = { account: PHONE, code: await gateway.lastSms(PHONE) };
    expect(await answer({ url: VERIFY, payload })).toBe(anonymous(samples[VERIFY].answers.success));
  });

  test('the token has the documented claims in their order, for 24 hours', async () => {
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

  test('a second login is the same person with another token', async () => {
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

  test('a heartbeat answers its sample; a phone and an account in use are what the sample has not', async () => {
    const mobile = newPhone();
    const createdAt = new Date('2017-11-10T03:47:13.533Z');
    const person = { id: 27, username: 'tige1200', phone: mobile, email: 'test@test.com', type: 1 };
    await importUser(gateway, { ...person, createdAt });
    const { token } = await login(mobile);
    const { data, meta } = samples[BEAT].answers.success;
    expect(await answer({ url: BEAT, headers: { authorization: `Bearer ${token}` } })).toBe(
      JSON.stringify({ data: { ...data, id: 27, mobile, is_active: true }, meta }),
    );
  });

  test('what is known of a person is shown, and long texts are cut in the token alone', async () => {
    const phone = newPhone();
    await importUser(gateway, {
      id: 28,
      phone,
      name: 'tige1200',
      avatarUrl: 'https://example.org/a.png',
      signature: '我'.repeat(2000),
      brief: 'about',
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
      breif: 'about',
      license_number: 'L-1',
      status: 2,
      effect_date: '2023-10-20T09:43:42.000Z',
      expired_time: '2024-10-20T09:43:42.000Z',
    });
    expect(jwt.decode(token, { json: true })?.signature).toBe('我'.repeat(300));
  });

  test('no claim makes a token that a header cannot hold', async () => {
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

  test.each(Object.keys(everyEncoding({})))('both take their parameters from %s', async (form) => {
    const account = newPhone();
    expect(await answer({ url: SEND, ...everyEncoding({ account })[form] })).toBe(
      anonymous(samples[SEND].answers.success),
    );
    const proof = { account, code: await gateway.lastSms(account) };
    const verified = JSON.parse(await answer({ url: VERIFY, ...everyEncoding(proof)[form] }));
    expect(verified).toMatchObject({ data: { account }, meta: { msg: '登录成功！', status: 200 } });
  });

  test('an account may be a number, and the path may end with a slash', async () => {
    const account = newPhone();
    await answer({ url: `${SEND}/`, payload: { account: Number(account), unknown: [] } });
    const payload = { account: Number(account), code: await gateway.lastSms(account), unknown: {} };
    expect(JSON.parse(await answer({ url: `${VERIFY}/`, payload }))).toMatchObject({ data: { account } });
  });

  test('a device that names itself only at the login gets in, and its session knows it', async () => {
    const { token } = await login(newPhone(), { 'x-device-id': 'terminal-1' });
    expect(await gateway.services.sessions.authenticate(token)).toMatchObject({ deviceId: 'terminal-1' });
  });
});

describe('a code', () => {
  const refused = (name: string) => JSON.stringify(refusals[name]);

  test('is not guessed, and not used twice', async () => {
    const account = newPhone();
    const code = await codeFor(account);
    const wrong = code === '000000' ? '111111' : '000000';
    expect(await answer({ url: VERIFY, payload: { account, code: wrong } })).toBe(refused('a wrong code'));
    expect(JSON.parse(await answer({ url: VERIFY, payload: { account, code } }))).toMatchObject({
      data: { account },
    });
    expect(await answer({ url: VERIFY, payload: { account, code } })).toBe(refused('a code that is used up'));
  });

  test('ends after a while', async () => {
    const account = newPhone();
    const code = await codeFor(account);
    gateway.clock.advance(5 * 60_000);
    expect(await answer({ url: VERIFY, payload: { account, code } })).toBe(refused('a code that is too old'));
  });

  test('does not let a disabled account in', async () => {
    const account = newPhone();
    const status = UserStatus.DISABLED;
    await importUser(gateway, { id: 1030, phone: account, status, createdAt: new Date(gateway.clock.now) });
    const code = await codeFor(account);
    expect(await answer({ url: VERIFY, payload: { account, code } })).toBe(refused('a disabled account'));
  });

  test('is sent once a minute; the refusal is as Aliyun words it and says when to come back', async () => {
    const account = newPhone();
    await codeFor(account);
    gateway.clock.advance(15_000);
    expect(await answer({ url: SEND, payload: { account } })).toBe(refused('a code too soon'));
    const again = await gateway.post(SEND, { account });
    expect(again.headers['retry-after']).toBe('45');
    gateway.clock.advance(45_000);
    expect(await answer({ url: SEND, payload: { account } })).toBe(anonymous(samples[SEND].answers.success));
  });

  test('two right answers at once open one session', async () => {
    const account = newPhone();
    const code = await codeFor(account);
    const both = await Promise.all([1, 2].map(() => answer({ url: VERIFY, payload: { account, code } })));
    expect(both.filter((text) => text.includes('登录成功！'))).toHaveLength(1);
  });

  test('is braked after too many failures, which says when to come back', async () => {
    const account = '13600000001';
    const guess = () => gateway.post(VERIFY, { account, code: 'abcdef' });
    // A code that does not exist is no guess: only wrong answers to one count, five for each code.
    for (let code = 0; code < 2; code += 1) {
      await codeFor(account);
      for (let failure = 0; failure < 5; failure += 1) await guess();
      gateway.clock.advance(15 * 60_000);
    }
    await guess();
    const braked = await guess();
    expect([braked.statusCode, braked.body]).toEqual([400, JSON.stringify(refusals['too many wrong codes'])]);
    expect(Number(braked.headers['retry-after'])).toBeGreaterThan(0);
  });
});
