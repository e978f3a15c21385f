import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

/** A random answer is in the image only. */
const ANSWER = 'a1B2';
const SECRETS = ['before', 'after'].map((when) => `the secret ${when} the rotation of secrets`);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: ANSWER, JWT_SECRETS: SECRETS.join() });
});
afterAll(() => gateway.close());

let created = 0;
let device: string;
beforeEach(() => {
  created += 1;
  device = `device ${created}`;
});

const clientOf = (deviceId: string) => ({ address: '198.51.100.1', deviceId, version: null, model: null });
const issue = (deviceId = device) => gateway.services.imageCaptchas.issue(deviceId, clientOf(deviceId));
const solve = (answer: string, deviceId = device) =>
  gateway.services.imageCaptchas.solve(deviceId, answer, clientOf(deviceId));

test('issues a PNG and accepts its answer once, in either case', async () => {
  expect((await issue()).png.subarray(1, 4).toString()).toBe('PNG');
  await solve(' A1b2 ');
  await expect(solve(ANSWER)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('invalidates the captcha after three wrong answers', async () => {
  await issue();
  for (let i = 0; i < 3; i += 1) {
    await expect(solve('nope')).rejects.toMatchObject({ code: 'CAPTCHA_INVALID' });
  }
  await expect(solve(ANSWER)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('accepts the answer from the device that asked only', async () => {
  await issue();
  await expect(solve(ANSWER, 'another device')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  await solve(ANSWER);
});

test('keeps image answers and SMS codes apart when a device id equals a phone', async () => {
  const phone = '13600000001';
  const key = `86${phone}`;
  const { smsCodes } = gateway.services;
  await issue(key);
  await expect(
    smsCodes.consume({ purpose: 'login', phone: key, code: ANSWER, deviceId: key }, clientOf(key)),
  ).rejects.toMatchObject({
    code: 'CAPTCHA_EXPIRED',
  });
  await smsCodes.send(phone, key, clientOf(key));
  await solve(ANSWER, key);
  await expect(solve(ANSWER, key)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('accepts the answers and tickets that another node has issued, whose secrets are in another order', async () => {
  const other = await startGateway({ JWT_SECRETS: SECRETS.toReversed().join() }, gateway);
  const { imageCaptchas, smsCodes, scanTickets } = other.services;
  await issue();
  await imageCaptchas.solve(device, ANSWER, clientOf(device));
  const phone = '13600000002';
  await gateway.services.smsCodes.send(phone, device, clientOf(device));
  await smsCodes.consume(
    { purpose: 'login', phone: `86${phone}`, code: ANSWER, deviceId: device },
    clientOf(device),
  );
  const { ticket } = await gateway.services.scanTickets.issue(device, clientOf(device));
  const redeemed = scanTickets.redeem(ticket, device, async () => null);
  await expect(redeemed).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
  await other.close();
});
