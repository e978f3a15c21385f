import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PNG } from 'pngjs';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import samples from '../../src/legacy/console/samples.json' with { type: 'json' };
import { callerOf } from '../support/callers.js';
import { account, captcha, deviceId, startConsoleApi } from '../support/console-api.js';
import { multipartForm } from '../support/multipart.js';
import { readQr } from '../support/qr.js';

let on: Awaited<ReturnType<typeof startConsoleApi>>;
beforeAll(async () => {
  on = await startConsoleApi();
});
afterAll(() => on.gateway.close());

const mask = (body: string) =>
  body
    .replace(/"accessToken":"[a-z0-9]{32}"/, '"accessToken":"<token>"')
    .replace(/"expiredTime":"\d{13}"/, '"expiredTime":"<milliseconds>"');

describe('answers as the document prints it', () => {
  test('a login by account', async () => {
    await on.issue('image');
    const answer = await on.login();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(mask(answer.body)).toBe(mask(JSON.stringify(samples['/login/account'].answers.success)));
  });

  test('a login by SMS code', async () => {
    await on.issueSms('12345678901');
    const answer = await on.loginByPhone('12345678901');
    expect(mask(answer.body)).toBe(mask(JSON.stringify(samples['/login/mobile'].answers.success)));
  });

  test('an image: a PNG that nobody keeps', async () => {
    const answer = await on.issue('image');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' });
    expect(PNG.sync.read(answer.rawPayload)).toMatchObject({ width: 160, height: 60 });
  });

  test('an SMS: success, and never the code', async () => {
    const answer = await on.issueSms(12345678901);
    expect(answer.body).toBe(JSON.stringify(samples['/validate/code/'].answers['an SMS']));
    expect(await on.gateway.lastSms('12345678901')).toBe(captcha);
  });
});

test('gives a token that is good until its expiredTime, 12 hours on', async () => {
  await on.issue('image');
  const { accessToken, expiredTime } = (await on.login()).json().data;
  expect(Number(expiredTime)).toBe(on.gateway.clock.now + 12 * 3_600_000);
  on.gateway.clock.advance(12 * 3_600_000 - 1);
  expect((await on.gateway.services.sessions.authenticate(accessToken))?.user.id).toBe(1);
  on.gateway.clock.advance(1);
  expect(await on.gateway.services.sessions.authenticate(accessToken)).toBeNull();
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
    await on.issue('image');
    const answer = await on.gateway.app.inject({ method: 'POST', url, payload, headers });
    expect(answer.json()).toMatchObject({ code: 200, success: true });
  });

  test('of a captcha without the slash behind', async () => {
    const answer = await on.gateway.post('/validate/code', { type: 'image', deviceId });
    expect(answer.headers['content-type']).toBe('image/png');
  });

  test.each(['12345678901', 12345678901])('with a phone as the username: %p', async (username) => {
    await on.issue('image');
    expect((await on.login({ username })).json()).toMatchObject({ code: 200 });
  });

  test('with the phone of an SMS login as a number', async () => {
    await on.issueSms('12345678901');
    expect((await on.loginByPhone(12345678901)).json()).toMatchObject({ code: 200 });
  });

  test("with the body's deviceId, whatever the header says", async () => {
    await on.issue('image');
    const { accessToken } = (
      await on.gateway.post('/login/account', account, { 'x-device-id': 'another' })
    ).json().data;
    expect(await on.gateway.services.sessions.authenticate(accessToken)).toMatchObject({
      deviceId,
      api: 'console',
    });
  });
});

describe('opens one session', () => {
  const sessions = async () => (await on.gateway.services.sessions.listActive(1)).length;

  test('for two parallel logins with one image captcha', async () => {
    await on.issue('image');
    const before = await sessions();
    const codes = (await Promise.all([on.login(), on.login()])).map((answer) => answer.json().code);
    expect(codes.sort()).toEqual([200, 400]);
    expect((await sessions()) - before).toBe(1);
  });

  test('for two parallel logins with one SMS code', async () => {
    await on.issueSms('12345678901');
    const before = await sessions();
    const codes = (await Promise.all([on.loginByPhone('12345678901'), on.loginByPhone('12345678901')])).map(
      (answer) => answer.json().code,
    );
    expect(codes.sort()).toEqual([200, 400]);
    expect((await sessions()) - before).toBe(1);
  });
});

describe('shows a QR code to scan', () => {
  const scanned = async () => {
    const answer = await on.issue('scan');
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
    await on.issue('image');
    const { accessToken } = (await on.login()).json().data;
    const approver = await callerOf(on.gateway, accessToken);
    const redeem = (id: string) =>
      on.gateway.services.scanLogins.login(
        ticket,
        { deviceId: id, address: '::1', version: null, model: null },
        graphqlSessionPolicy,
      );
    await expect(redeem(deviceId)).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    await on.gateway.services.scanTickets.decide(ticket, approver, true);
    await expect(redeem('another device')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    const opened = await redeem(deviceId);
    expect(opened).toMatchObject({ user: { id: 1 }, session: { restricted: true, deviceId } });
    await expect(redeem(deviceId)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('whose ticket is no captcha for a login', async () => {
    const ticket = new URL((await scanned()) ?? '').searchParams.get('ticket') ?? '';
    const answer = await on.login({ captcha: ticket, deviceId });
    expect(answer.json().success).toBe(false);
  });
});
