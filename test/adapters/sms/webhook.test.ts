import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createSmsSender } from '../../../src/adapters/sms/index.js';
import type { SmsOptions } from '../../../src/captchas/sms-sender.js';
import { startReceiver } from './webhook-receiver.js';

const secret = 'a shared secret';
const message = { to: '+8613954969056', code: '493027', text: '【Gatehouse】493027' };
const now = () => Date.parse('2026-01-02T03:04:05.678Z');
const sender = (url: string, options: SmsOptions = {}) =>
  createSmsSender({ provider: 'webhook', url, secret }, { now, ...options });

test('a message is one POST of JSON', async () => {
  await using receiver = await startReceiver();
  await sender(receiver.url).send(message);
  expect(receiver.seen).toHaveLength(1);
  expect(receiver.seen[0]).toMatchObject({
    method: 'POST',
    path: '/sms',
    headers: { 'content-type': 'application/json' },
    body: '{"to":"+8613954969056","code":"493027","text":"【Gatehouse】493027","at":"2026-01-02T03:04:05.678Z"}',
  });
});

test('the receiver can prove who sent it and when', async () => {
  await using receiver = await startReceiver();
  await sender(receiver.url).send(message);
  const body = receiver.seen[0]?.body;
  const expected = createHmac('sha256', secret).update(`1767323045.${body}`).digest('hex');
  expect(receiver.seen[0]?.headers).toMatchObject({
    'x-gatehouse-timestamp': '1767323045',
    'x-gatehouse-signature': `sha256=${expected}`,
  });
});

test.each([200, 201, 202, 204])('HTTP %i is success', async (status) => {
  await using receiver = await startReceiver();
  receiver.willAnswer((response) => response.writeHead(status).end());
  await expect(sender(receiver.url).send(message)).resolves.toBeDefined();
});

test('an answer with a body, even a large one, is success, and the body is ignored', async () => {
  await using receiver = await startReceiver();
  receiver.willAnswer((response) => response.end(`{"requestId":"R","bizId":"B"}${' '.repeat(5_000_000)}`));
  const receipt = await sender(receiver.url).send(message);
  expect(receipt).not.toMatchObject({ requestId: 'R' });
});

test('HTTP 429 is THROTTLED', async () => {
  await using receiver = await startReceiver();
  receiver.willAnswer((response) => response.writeHead(429).end());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({ code: 'THROTTLED' });
});

test.each([304, 400, 401, 404, 500, 503])('HTTP %i is UNAVAILABLE after one attempt', async (status) => {
  await using receiver = await startReceiver();
  receiver.willAnswer((response) => response.writeHead(status).end());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: `webhook: HTTP ${status}` },
  });
  expect(receiver.seen).toHaveLength(1);
});

test.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (status) => {
  await using elsewhere = await startReceiver();
  await using receiver = await startReceiver();
  receiver.willAnswer((response) => response.writeHead(status, { location: elsewhere.url }).end());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(elsewhere.seen).toEqual([]);
});

test('a receiver that never answers is UNAVAILABLE after the timeout', async () => {
  await using receiver = await startReceiver();
  receiver.willAnswer(() => undefined);
  await expect(sender(receiver.url, { timeoutMs: 250 }).send(message)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: 'webhook: TimeoutError' },
  });
});

test('a receiver that breaks off is UNAVAILABLE', async () => {
  await using receiver = await startReceiver();
  receiver.willAnswer((response) => response.destroy());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: 'webhook: UND_ERR_SOCKET' },
  });
});
