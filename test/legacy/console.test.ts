import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PNG } from 'pngjs';
import { graphqlDoor } from '../../src/graphql/door.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { readGolden } from '../support/golden.js';
import { multipartForm } from '../support/multipart.js';
import { readQr } from '../support/qr.js';

const deviceId = '80c71a92-a2e6-4320-3bbe-38cfd6b19ab4';
/** Every image and SMS captcha has the sample's answer. */
const captcha = '5694';
const password = '123456';
const account = { username: 'admin', password, captcha, deviceId };
/** No number has two SMS in one minute. */
const minute = () => gateway.clock.advance(61_000);
const hour = () => gateway.clock.advance(3_600_000);

let gateway: TestGateway;
let failures: Awaited<ReturnType<typeof readGolden>>;

beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: captcha, SMS_COUNTRIES: '+86,+1' });
  failures = await readGolden('console-failures');
  const createdAt = new Date(gateway.clock.now);
  const disabled = { status: UserStatus.DISABLED, password, createdAt };
  await importUser(gateway, { id: 1, username: 'admin', phone: '12345678901', password, createdAt });
  await importUser(gateway, { id: 2, username: 'retired', phone: '13800000002', ...disabled });
});
afterAll(() => gateway.close());

const issue = (type: string, more: object = {}) =>
  gateway.post('/validate/code/', { type, deviceId, ...more });
const login = (body: object = account) => gateway.post('/login/account', body);
const loginByPhone = (mobile: unknown, more: object = {}) =>
  gateway.post('/login/mobile', { mobile, captcha, deviceId, ...more });

const mask = (body: string) =>
  body
    .replace(/"accessToken":"[a-z0-9]{32}"/, '"accessToken":"<token>"')
    .replace(/"expiredTime":"\d{13}"/, '"expiredTime":"<milliseconds>"');

describe('answers as the document prints it', () => {
  test('a login by account', async () => {
    await issue('image');
    const answer = await login();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(mask(answer.body)).toBe(JSON.stringify(await readGolden('console-login')));
  });

  test('a login by SMS code', async () => {
    await issue('sms', { mobile: '12345678901' });
    const answer = await loginByPhone('12345678901');
    expect(mask(answer.body)).toBe(JSON.stringify(await readGolden('console-login')));
  });

  test('an image: a PNG that nobody keeps', async () => {
    const answer = await issue('image');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' });
    expect(PNG.sync.read(answer.rawPayload)).toMatchObject({ width: 160, height: 60 });
  });

  test('an SMS: success, and never the code', async () => {
    hour();
    const answer = await issue('sms', { mobile: 12345678901 });
    expect(answer.body).toBe(JSON.stringify(await readGolden('console-sms')));
    expect(await gateway.lastSms('12345678901')).toBe(captcha);
  });
});

test('gives a token that is good until its expiredTime, 12 hours on', async () => {
  await issue('image');
  const { accessToken, expiredTime } = (await login()).json().data;
  expect(Number(expiredTime)).toBe(gateway.clock.now + 12 * 3_600_000);
  gateway.clock.advance(12 * 3_600_000 - 1);
  expect((await gateway.services.sessions.authenticate(accessToken))?.user.id).toBe(1);
  gateway.clock.advance(1);
  expect(await gateway.services.sessions.authenticate(accessToken)).toBeNull();
});

describe('takes the parameters', () => {
  const texts = { ...account };
  const form = new URLSearchParams(texts).toString();
  const json = { 'content-type': 'application/json' };
  test.each([
    ['from a JSON body', '/login/account', JSON.stringify(account), json],
    [
      'from an urlencoded form',
      '/login/account',
      form,
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['from a multipart form', '/login/account', multipartForm(texts).payload, multipartForm(texts).headers],
    ['from the query, the body being empty', `/login/account?${form}`, '', json],
    ['from the body before the query', '/login/account?username=nobody', JSON.stringify(account), json],
    ['at the path with a slash behind', '/login/account/', JSON.stringify(account), json],
    ['with a number as the captcha', '/login/account', JSON.stringify({ ...account, captcha: 5694 }), json],
    ['among others', '/login/account', JSON.stringify({ ...account, remember: true }), json],
  ])('%s', async (_how, url, payload, headers) => {
    await issue('image');
    const answer = await gateway.app.inject({ method: 'POST', url, payload, headers });
    expect(answer.json()).toMatchObject({ code: 200, success: true });
  });

  test('of a captcha without the slash behind', async () => {
    const answer = await gateway.post('/validate/code', { type: 'image', deviceId });
    expect(answer.headers['content-type']).toBe('image/png');
  });

  test.each(['12345678901', 12345678901])('with a phone as the username: %p', async (username) => {
    await issue('image');
    expect((await login({ ...account, username })).json()).toMatchObject({ code: 200 });
  });

  test('with the phone of an SMS login as a number', async () => {
    hour();
    await issue('sms', { mobile: '12345678901' });
    expect((await loginByPhone(12345678901)).json()).toMatchObject({ code: 200 });
  });

  test("with the body's deviceId, whatever the header says", async () => {
    await issue('image');
    const { accessToken } = (
      await gateway.post('/login/account', account, { 'x-device-id': 'another' })
    ).json().data;
    expect(await gateway.services.sessions.authenticate(accessToken)).toMatchObject({
      deviceId,
      door: 'console',
    });
  });
});

describe('opens one session', () => {
  const sessions = async () => (await gateway.services.sessions.listActive(1)).length;

  test('for two parallel logins with one image captcha', async () => {
    await issue('image');
    const before = await sessions();
    const codes = (await Promise.all([login(), login()])).map((answer) => answer.json().code);
    expect(codes.sort()).toEqual([200, 400]);
    expect((await sessions()) - before).toBe(1);
  });

  test('for two parallel logins with one SMS code', async () => {
    hour();
    await issue('sms', { mobile: '12345678901' });
    const before = await sessions();
    const codes = (await Promise.all([loginByPhone('12345678901'), loginByPhone('12345678901')])).map(
      (answer) => answer.json().code,
    );
    expect(codes.sort()).toEqual([200, 400]);
    expect((await sessions()) - before).toBe(1);
  });
});

describe('shows a QR code to scan', () => {
  const scanned = async () => {
    const answer = await issue('scan');
    expect(answer.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' });
    return readQr(answer.rawPayload);
  };

  test('that links to our page with a ticket of 128 random bits', async () => {
    const first = await scanned();
    expect(first).toMatch(/^http:\/\/localhost:80\/scan\?ticket=[\da-f]{32}$/);
    expect(await scanned()).not.toBe(first);
  });

  test('that logs its device in once, after another session approved', async () => {
    const ticket = new URL((await scanned()) ?? '').searchParams.get('ticket') ?? '';
    await issue('image');
    const { accessToken } = (await login()).json().data;
    const approver = await gateway.services.sessions.authenticate(accessToken);
    if (!approver) throw new Error('The approver is not signed in.');
    const redeem = (id: string) =>
      gateway.services.logins.withScan(ticket, { deviceId: id, address: '::1', version: null }, graphqlDoor);
    await expect(redeem(deviceId)).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    await gateway.services.scans.decide(ticket, approver, true);
    await expect(redeem('another device')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    const opened = await redeem(deviceId);
    expect(opened).toMatchObject({ user: { id: 1 }, session: { capped: true, deviceId } });
    await expect(redeem(deviceId)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('whose ticket is no captcha for a login', async () => {
    const ticket = new URL((await scanned()) ?? '').searchParams.get('ticket') ?? '';
    const answer = await login({ ...account, captcha: ticket, deviceId });
    expect(answer.json().success).toBe(false);
  });
});

describe('refuses in its own envelope', () => {
  const expectFailure = (answer: Awaited<ReturnType<typeof login>>, name: string) => {
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(JSON.stringify(failures[name]));
  };

  const urls = ['/validate/code/', '/login/account', '/login/mobile'];
  const everything = { ...account, type: 'image', mobile: '12345678901' };
  test.each<[string, object]>([
    ['no deviceId', { deviceId: undefined, captcha: '', type: '' }],
    ['an empty deviceId', { deviceId: '' }],
    ['a mistyped deviceId', { deviceId: ['x'] }],
    ['a deviceId of 129 characters', { deviceId: 'x'.repeat(129) }],
    ['a deviceId that no database can hold', { deviceId: 'x\u0000' }],
  ])('%s, at all its paths', async (name, change) => {
    for (const url of urls) expectFailure(await gateway.post(url, { ...everything, ...change }), name);
  });

  test('a deviceId in a header alone', async () => {
    const answer = await gateway.post('/validate/code/', { type: 'image' }, { 'x-device-id': deviceId });
    expectFailure(answer, 'a deviceId in a header alone');
  });

  test.each<[string, string, object]>([
    ['no captcha', '/login/account', { captcha: undefined, username: '', password: '' }],
    ['no captcha', '/login/mobile', { captcha: null, mobile: '' }],
    ['an empty captcha', '/login/account', { captcha: ' ' }],
    ['an empty captcha', '/login/mobile', { captcha: '' }],
    ['a mistyped captcha', '/login/account', { captcha: { is: captcha } }],
    ['a mistyped captcha', '/login/mobile', { captcha: true }],
    ['a captcha that was never handed out', '/login/account', { deviceId: 'new', username: 'nobody' }],
    ['a captcha that was never handed out', '/login/mobile', { mobile: '13800000009' }],
    ['no mobile', '/login/mobile', { mobile: undefined }],
    ['a mobile without phone form', '/login/mobile', { mobile: 'admin' }],
    ['a mistyped mobile', '/login/mobile', { mobile: [12345678901] }],
    ['no type', '/validate/code/', { type: undefined }],
    ['an unknown type', '/validate/code/', { type: 'voice' }],
    ['no mobile', '/validate/code/', { type: 'sms', mobile: undefined }],
    ['a mobile without phone form', '/validate/code/', { type: 'sms', mobile: '12' }],
    ['a mistyped mobile', '/validate/code/', { type: 'sms', mobile: { digits: 1 } }],
    [
      'a mobile of a country that gets no SMS',
      '/validate/code/',
      { type: 'sms', mobile: '+49 1512 3456789' },
    ],
  ])('%s at %s', async (name, url, change) => {
    expectFailure(await gateway.post(url, { ...everything, ...change }), name);
  });

  test('a wrong captcha, before it looks at the account', async () => {
    await issue('image');
    expectFailure(await login({ ...account, captcha: '0000', username: 'nobody' }), 'a wrong captcha');
  });

  test('a captcha answered wrong too often', async () => {
    await issue('image');
    for (const wrong of ['1', '2', '3'])
      expectFailure(await login({ ...account, captcha: wrong }), 'a wrong captcha');
    expectFailure(await login(), 'a captcha answered wrong too often');
  });

  test('a captcha that was used, also by a login that failed', async () => {
    await issue('image');
    expectFailure(await login({ ...account, password: 'wrong' }), 'a wrong password');
    expectFailure(await login(), 'a captcha that was used');
  });

  test('a captcha that is too old', async () => {
    await issue('image');
    gateway.clock.advance(5 * 60_000);
    expectFailure(await login(), 'a captcha that is too old');
  });

  test('a captcha of another deviceId', async () => {
    await issue('image', { deviceId: 'one' });
    expectFailure(await login({ ...account, deviceId: 'two' }), 'a captcha of another deviceId');
    hour();
    await issue('sms', { mobile: '12345678901', deviceId: 'one' });
    expectFailure(await loginByPhone('12345678901'), 'a captcha of another deviceId');
  });

  test('a captcha of the other type', async () => {
    hour();
    await issue('image', { deviceId: '12345678901' });
    expectFailure(
      await loginByPhone('12345678901', { deviceId: '12345678901' }),
      'a captcha of the other type',
    );
  });

  test.each<[string, object]>([
    ['an unknown username', { username: 'nobody' }],
    ['no username', { username: undefined }],
    ['no password', { password: undefined }],
    ['a mistyped password', { password: [password] }],
    ['a wrong password', { password: 'wrong' }],
    ['a disabled account', { username: 'retired' }],
  ])('%s, after the captcha', async (name, change) => {
    await issue('image');
    expectFailure(await login({ ...account, ...change }), name);
  });

  test.each([
    ['a mobile that nobody has', '+1 415 555 0100'],
    ['a mobile whose account is disabled', '13800000002'],
  ])('%s, after the code', async (name, mobile) => {
    minute();
    await issue('sms', { mobile });
    expectFailure(await loginByPhone(mobile), name);
  });

  test('too many SMS, and says until when', async () => {
    await issue('sms', { mobile: '13800000003' });
    gateway.clock.advance(20_000);
    const answer = await issue('sms', { mobile: 13800000003 });
    expectFailure(answer, 'too many SMS');
    expect(answer.headers['retry-after']).toBe('40');
  });

  test.each(urls)('what it cannot read, at %s', async (url) => {
    const send = (payload: string, type = 'application/json') =>
      gateway.app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });
    expectFailure(await send('{"type": "image",'), 'malformed JSON');
    expectFailure(await send('[]'), 'malformed JSON');
    expectFailure(await send('x', 'multipart/form-data'), 'a malformed form');
    expectFailure(await send(JSON.stringify('x'.repeat(2 ** 21))), 'a body beyond the limit');
    for (const type of ['application/json', 'application/xml', 'multipart/form-data; boundary=x'])
      expectFailure(await send('', type), 'no deviceId');
  });

  test.each(urls)('a wrong method, at %s', async (url) => {
    // Fastify's types do not know all methods that it serves.
    for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND' as 'GET'])
      expectFailure(await gateway.app.inject({ method, url }), 'a wrong method');
    expect((await gateway.app.inject({ method: 'HEAD', url })).statusCode).toBe(200);
  });
});

test('logs no password, code, token or ticket, also when the database fails', async () => {
  hour();
  await issue('sms', { mobile: '12345678901' });
  const { accessToken } = (await loginByPhone('12345678901')).json().data;
  const ticket = readQr((await issue('scan')).rawPayload)?.split('=')[1] ?? 'no ticket';
  const em = gateway.services.db.em.fork();
  await em.execute('alter table captchas add constraint never check (failures < 0) not valid');
  const answers = [await issue('image'), await gateway.post(`/login/account?password=${password}`, account)];
  await em.execute('alter table captchas drop constraint never');
  for (const answer of answers) expect(answer.body).toBe(JSON.stringify(failures['a fault']));
  const logged = gateway.logged();
  expect(logged).toContain('a request failed unexpectedly');
  for (const secret of [`"${captcha}"`, `=${captcha}`, password, accessToken, ticket])
    expect(logged).not.toContain(secret);
  expect(logged).not.toMatch(/[\da-f]{64}/);
});
