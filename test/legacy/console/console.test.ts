import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PNG } from 'pngjs';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import samples from '../../../src/legacy/console/samples.json' with { type: 'json' };
import { readQr } from '../../support/browser/qr.js';
import { callerOf } from '../../support/callers.js';
import { multipartForm } from '../../support/clients/multipart.js';
import { account, captcha, deviceId, startConsoleApi } from '../../support/legacy/console-api.js';

let api: Awaited<ReturnType<typeof startConsoleApi>>;
beforeAll(async () => {
  api = await startConsoleApi();
});
afterAll(() => api.gateway.close());

const withPlaceholders = (body: string) =>
  body
    .replace(/"accessToken":"[a-z0-9]{32}"/, '"accessToken":"<token>"')
    .replace(/"expiredTime":"\d{13}"/, '"expiredTime":"<milliseconds>"');

describe('responds like the document', () => {
  test('to a login by account', async () => {
    await api.issue('image');
    const response = await api.login();
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(withPlaceholders(response.body)).toBe(
      withPlaceholders(JSON.stringify(samples['/login/account'].answers.success)),
    );
  });

  test('to a login by SMS code', async () => {
    await api.issueSms('12345678901');
    const response = await api.loginByPhone('12345678901');
    expect(withPlaceholders(response.body)).toBe(
      withPlaceholders(JSON.stringify(samples['/login/mobile'].answers.success)),
    );
  });

  test('to an image captcha: with a PNG that is not cached', async () => {
    const response = await api.issue('image');
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' });
    expect(PNG.sync.read(response.rawPayload)).toMatchObject({ width: 160, height: 60 });
  });

  test('to an SMS captcha: with a success that does not contain the code', async () => {
    const response = await api.issueSms(12345678901);
    expect(response.body).toBe(JSON.stringify(samples['/validate/code/'].answers['an SMS']));
    expect(await api.gateway.lastSms('12345678901')).toBe(captcha);
  });
});

test('issues a token that is valid for 12 hours, until expiredTime', async () => {
  await api.issue('image');
  const { accessToken, expiredTime } = (await api.login()).json().data;
  expect(Number(expiredTime)).toBe(api.gateway.clock.now + 12 * 3_600_000);
  api.gateway.clock.advance(12 * 3_600_000 - 1);
  expect((await api.gateway.services.sessions.authenticate(accessToken))?.user.id).toBe(1);
  api.gateway.clock.advance(1);
  expect(await api.gateway.services.sessions.authenticate(accessToken)).toBeNull();
});

describe('reads the parameters', () => {
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
    ['from the query with an empty body', `/login/account?${form}`, '', json],
    [
      'from the body in preference to the query',
      '/login/account?username=nobody',
      JSON.stringify(account),
      json,
    ],
    ['at the path with a trailing slash', '/login/account/', JSON.stringify(account), json],
    ['with a captcha as a number', '/login/account', JSON.stringify({ ...account, captcha: 5694 }), json],
    ['and ignores unknown ones', '/login/account', JSON.stringify({ ...account, remember: true }), json],
  ])('%s', async (_how, url, payload, headers) => {
    await api.issue('image');
    const response = await api.gateway.app.inject({ method: 'POST', url, payload, headers });
    expect(response.json()).toMatchObject({ code: 200, success: true });
  });

  test('of a captcha request without the trailing slash', async () => {
    const response = await api.gateway.post('/validate/code', { type: 'image', deviceId });
    expect(response.headers['content-type']).toBe('image/png');
  });

  test.each(['12345678901', 12345678901])('with a phone as the username: %p', async (username) => {
    await api.issue('image');
    expect((await api.login({ username })).json()).toMatchObject({ code: 200 });
  });

  test('with the phone of an SMS login as a number', async () => {
    await api.issueSms('12345678901');
    expect((await api.loginByPhone(12345678901)).json()).toMatchObject({ code: 200 });
  });

  test('with the deviceId of the body in preference to the header', async () => {
    await api.issue('image');
    const { accessToken } = (
      await api.gateway.post('/login/account', account, { 'x-device-id': 'another' })
    ).json().data;
    expect(await api.gateway.services.sessions.authenticate(accessToken)).toMatchObject({
      deviceId,
      api: 'console',
    });
  });
});

describe('opens one session', () => {
  const sessions = async () => (await api.gateway.services.openSessions.listAll(1)).length;

  test('for two parallel logins with one image captcha', async () => {
    await api.issue('image');
    const before = await sessions();
    const codes = (await Promise.all([api.login(), api.login()])).map((response) => response.json().code);
    expect(codes.sort()).toEqual([200, 400]);
    expect((await sessions()) - before).toBe(1);
  });

  test('for two parallel logins with one SMS code', async () => {
    await api.issueSms('12345678901');
    const before = await sessions();
    const codes = (await Promise.all([api.loginByPhone('12345678901'), api.loginByPhone('12345678901')])).map(
      (response) => response.json().code,
    );
    expect(codes.sort()).toEqual([200, 400]);
    expect((await sessions()) - before).toBe(1);
  });
});

describe('issues the QR code of a scan ticket', () => {
  const issueScanLink = async () => {
    const response = await api.issue('scan');
    expect(response.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' });
    return readQr(response.rawPayload);
  };

  test('that links to the scan page with a ticket of 128 random bits', async () => {
    const first = await issueScanLink();
    expect(first).toMatch(/^http:\/\/localhost:80\/scan\?ticket=[\da-f]{32}$/);
    expect(await issueScanLink()).not.toBe(first);
  });

  test('that logs its device in once, after another session has approved it', async () => {
    const ticket = new URL((await issueScanLink()) ?? '').searchParams.get('ticket') ?? '';
    await api.issue('image');
    const { accessToken } = (await api.login()).json().data;
    const approver = await callerOf(api.gateway, accessToken);
    const redeem = (id: string) =>
      api.gateway.services.scanLogins.login(
        ticket,
        { deviceId: id, address: '::1', version: null, model: null },
        graphqlSessionPolicy,
      );
    await expect(redeem(deviceId)).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    await api.gateway.services.scanTickets.decide(ticket, approver, true);
    await expect(redeem('another device')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    const opened = await redeem(deviceId);
    expect(opened).toMatchObject({ user: { id: 1 }, session: { restricted: true, deviceId } });
    await expect(redeem(deviceId)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('whose ticket is not accepted as the captcha of a login', async () => {
    const ticket = new URL((await issueScanLink()) ?? '').searchParams.get('ticket') ?? '';
    const response = await api.login({ captcha: ticket, deviceId });
    expect(response.json().success).toBe(false);
  });
});
