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

test('sends one POST of JSON', async () => {
  await using receiver = await startReceiver();
  await sender(receiver.url).send(message);
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]).toMatchObject({
    method: 'POST',
    path: '/sms',
    headers: { 'content-type': 'application/json' },
    body: '{"to":"+8613954969056","code":"493027","text":"【Gatehouse】493027","at":"2026-01-02T03:04:05.678Z"}',
  });
});

test('signs the body and the time for the receiver to verify', async () => {
  await using receiver = await startReceiver();
  await sender(receiver.url).send(message);
  const body = receiver.requests[0]?.body;
  const expected = createHmac('sha256', secret).update(`1767323045.${body}`).digest('hex');
  expect(receiver.requests[0]?.headers).toMatchObject({
    'x-gatehouse-timestamp': '1767323045',
    'x-gatehouse-signature': `sha256=${expected}`,
  });
});

test.each([200, 201, 202, 204])('accepts HTTP %i as success', async (status) => {
  await using receiver = await startReceiver();
  receiver.answerWith((response) => response.writeHead(status).end());
  await expect(sender(receiver.url).send(message)).resolves.toBeDefined();
});

test('ignores the body of a success, even a large one', async () => {
  await using receiver = await startReceiver();
  receiver.answerWith((response) => response.end(`{"requestId":"R","bizId":"B"}${' '.repeat(5_000_000)}`));
  const receipt = await sender(receiver.url).send(message);
  expect(receipt).not.toMatchObject({ requestId: 'R' });
});

test('answers HTTP 429 with THROTTLED', async () => {
  await using receiver = await startReceiver();
  receiver.answerWith((response) => response.writeHead(429).end());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({ code: 'THROTTLED' });
});

test.each([304, 400, 401, 404, 500, 503])(
  'answers HTTP %i with UNAVAILABLE after one attempt',
  async (status) => {
    await using receiver = await startReceiver();
    receiver.answerWith((response) => response.writeHead(status).end());
    await expect(sender(receiver.url).send(message)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: `webhook: HTTP ${status}` },
    });
    expect(receiver.requests).toHaveLength(1);
  },
);

test.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
  await using elsewhere = await startReceiver();
  await using receiver = await startReceiver();
  receiver.answerWith((response) => response.writeHead(status, { location: elsewhere.url }).end());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(elsewhere.requests).toEqual([]);
});

test('answers a receiver that never responds with UNAVAILABLE after the timeout', async () => {
  await using receiver = await startReceiver();
  receiver.answerWith(() => undefined);
  await expect(sender(receiver.url, { timeoutMs: 250 }).send(message)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: 'webhook: TimeoutError' },
  });
});

test('answers a receiver that disconnects with UNAVAILABLE', async () => {
  await using receiver = await startReceiver();
  receiver.answerWith((response) => response.destroy());
  await expect(sender(receiver.url).send(message)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: 'webhook: UND_ERR_SOCKET' },
  });
});
