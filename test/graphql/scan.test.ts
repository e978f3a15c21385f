import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import WebSocket from 'ws';
import { ask, refusal } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const deviceId = 'kiosk-7';
let gateway: TestGateway;
let host: string;
let phone: string;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'ada', nickname: 'Ada', password: PASSWORD });
  phone = (await ask(gateway, op.LoginDocument, { input: { username: 'ada', password: PASSWORD } })).login
    .accessToken;
});
afterAll(() => gateway.close());

const newTicket = async () => {
  const { createCaptcha } = await ask(gateway, op.CreateCaptchaDocument, {
    input: { type: 'SCAN', deviceId },
  });
  const { ticket, image } = createCaptcha.captcha;
  return { ticket: ticket ?? '', image: image ?? '' };
};

/** Subscribes with a stock client. @returns a function that waits for the next state; null at the end. */
function watch(client: Client, ticket: string) {
  const query = print(op.ScanTicketDocument);
  const states = client.iterate<op.ScanTicketSubscription>({ query, variables: { ticket, deviceId } });
  return async () => {
    const { value, done } = await states.next();
    return done ? null : (value.data?.scanTicket.state ?? value.errors?.[0]?.extensions?.code);
  };
}

const connect = (authorization?: string) =>
  createClient({
    url: `ws://${host}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(authorization ? { connectionParams: { authorization } } : {}),
  });

test('the QR code contains a link with the ticket', async () => {
  const { ticket, image } = await newTicket();
  const { data, width, height } = PNG.sync.read(Buffer.from(image.split(',')[1] ?? '', 'base64'));
  expect(jsqr.default(new Uint8ClampedArray(data), width, height)?.data).toMatch(
    new RegExp(`^http://[^/]+/scan\\?ticket=${ticket}$`),
  );
});

test('a device follows its ticket live, without signing in, and redeems it once', async () => {
  const { ticket } = await newTicket();
  const client = connect();
  const next = watch(client, ticket);
  expect(await next()).toBe('PENDING');
  expect(await refusal(gateway, op.LoginWithScanDocument, { input: { ticket, deviceId } })).toBe(
    'CAPTCHA_REQUIRED',
  );
  const claimed = await ask(gateway, op.ClaimScanDocument, { input: { ticket } }, phone);
  expect(claimed.claimScan.ticket).toMatchObject({
    state: 'CLAIMED',
    scannedBy: 'Ada',
    requestedFrom: '127.0.0.1',
  });
  expect(await next()).toBe('CLAIMED');
  await ask(gateway, op.ApproveScanDocument, { input: { ticket, decision: 'APPROVE' } }, phone);
  expect(await next()).toBe('APPROVED');
  expect(await refusal(gateway, op.LoginWithScanDocument, { input: { ticket, deviceId: 'other' } })).toBe(
    'CAPTCHA_EXPIRED',
  );
  const { loginWithScan } = await ask(gateway, op.LoginWithScanDocument, { input: { ticket, deviceId } });
  expect(loginWithScan.user.username).toBe('ada');
  expect(await next()).toBe('REDEEMED');
  expect(await next()).toBeNull();
  expect(await refusal(gateway, op.LoginWithScanDocument, { input: { ticket, deviceId } })).toBe(
    'CAPTCHA_EXPIRED',
  );
  await client.dispose();
});

test('a denied ticket ends the subscription, and cannot be redeemed', async () => {
  const { ticket } = await newTicket();
  const client = connect();
  const next = watch(client, ticket);
  expect(await next()).toBe('PENDING');
  await ask(gateway, op.ApproveScanDocument, { input: { ticket, decision: 'DENY' } }, phone);
  expect([await next(), await next()]).toEqual(['DENIED', null]);
  expect(await refusal(gateway, op.LoginWithScanDocument, { input: { ticket, deviceId } })).toBe('FORBIDDEN');
  await client.dispose();
});

test('an unknown ticket, and that of another device, are not shown', async () => {
  const client = connect();
  const next = watch(client, '0'.repeat(32));
  expect(await next()).toBe('CAPTCHA_EXPIRED');
  await client.dispose();
});

test('closes a socket with 4403 for an invalid token, and when its session ends', async () => {
  const closed = (client: Client) => new Promise((resolve) => client.on('closed', (event) => resolve(event)));
  const stranger = connect('Bearer nonsense');
  const refused = closed(stranger);
  await expect(watch(stranger, '0')()).rejects.toMatchObject({ code: 4403 });
  expect(await refused).toMatchObject({ code: 4403 });

  const { login } = await ask(gateway, op.LoginDocument, { input: { username: 'ada', password: PASSWORD } });
  const { ticket } = await newTicket();
  const client = connect(`Bearer ${login.accessToken}`);
  const ended = closed(client);
  const next = watch(client, ticket);
  expect(await next()).toBe('PENDING');
  await ask(gateway, op.LogoutDocument, { input: {} }, login.accessToken);
  await expect(next()).rejects.toMatchObject({ code: 4403 });
  expect(await ended).toMatchObject({ code: 4403 });
});
