import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { createSmsSender } from '../../../src/adapters/sms/index.js';
import type { SmsOptions } from '../../../src/captchas/sms-sender.js';
import { signatureV3, startAliyun } from './aliyun-stand-in.js';
import { baseUrl } from './base-url.js';

const key = { accessKeyId: 'LTAI5tExample', accessKeySecret: 'aliyun-secret' };
const message = { to: '+8613954969056', code: '493027', text: '【门房】493027' };

function sender(
  endpoint: string,
  changes: { accessKeyId?: string; accessKeySecret?: string } = {},
  options: SmsOptions = {},
) {
  const template = { signName: "门房 (*!')~", templateCode: 'SMS_154950909' };
  return createSmsSender({ provider: 'aliyun', endpoint, ...key, ...template, ...changes }, options);
}

test("the fake computes the signature of the specification's example", () => {
  const request = {
    method: 'POST',
    url: '/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai',
    headers: Object.entries({
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-version': '2014-05-26',
    }),
    body: '',
  };
  expect(signatureV3(request, 'YourAccessKeySecret')).toBe(
    '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  );
});

test('sends one validly signed SendSms request with sign name, template and code', async () => {
  await using aliyun = await startAliyun(key);
  const receipt = await sender(aliyun.endpoint).send(message);
  expect(receipt.bizId).toBe('910223398032968639^0');
  expect(aliyun.requests).toEqual([
    {
      action: 'SendSms',
      version: '2017-05-25',
      fault: null,
      parameters: {
        PhoneNumbers: '13954969056',
        SignName: "门房 (*!')~",
        TemplateCode: 'SMS_154950909',
        TemplateParam: '{"code":"493027"}',
      },
    },
  ]);
});

test('sends a number outside mainland China with its country code and without a plus', async () => {
  await using aliyun = await startAliyun(key);
  await sender(aliyun.endpoint).send({ ...message, to: '+85261234567' });
  expect(aliyun.requests[0]?.parameters.PhoneNumbers).toBe('85261234567');
});

test.each([
  ['SignatureDoesNotMatch', { accessKeySecret: 'another-secret' }],
  ['InvalidAccessKeyId.NotFound', { accessKeyId: 'LTAI5tUnknown' }],
])('answers a wrong key with UNAVAILABLE and the cause %s', async (fault, wrong) => {
  await using aliyun = await startAliyun(key);
  await expect(sender(aliyun.endpoint, wrong).send(message)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    cause: { message: `aliyun: ${fault}` },
  });
  expect(aliyun.requests.map((request) => request.fault)).toEqual([fault]);
});

test.each([200, 400])('answers the limit of a number, sent with HTTP %i, with THROTTLED', async (status) => {
  await using aliyun = await startAliyun(key);
  const body = JSON.stringify({
    Code: 'isv.BUSINESS_LIMIT_CONTROL',
    Message: '触发分钟级流控Permits:1',
    RequestId: 'R',
  });
  aliyun.answerWith({ status, body });
  await expect(sender(aliyun.endpoint).send(message)).rejects.toMatchObject({ code: 'THROTTLED' });
});

test.each([
  ['another refusal', 200, '{"Code":"isv.AMOUNT_NOT_ENOUGH"}', 'isv.AMOUNT_NOT_ENOUGH'],
  ['a throttled account', 400, '{"Code":"Throttling.User"}', 'Throttling.User'],
  ['HTTP 500', 500, '{"Code":"InternalError"}', 'InternalError'],
  ['HTTP 502 with a page', 502, '<html>Bad Gateway</html>', 'SyntaxError'],
  ['a page instead of JSON', 200, '<html></html>', 'SyntaxError'],
  ['an empty response', 200, '', 'SyntaxError'],
  ['null', 200, 'null', 'malformed response'],
  ['a response without a code', 200, '{"BizId":"1^0"}', 'malformed response'],
  ['a code that is a sentence', 200, '{"Code":"493027 was refused"}', 'malformed response'],
])('answers %s with UNAVAILABLE after one attempt', async (_, status, body, cause) => {
  await using aliyun = await startAliyun(key);
  aliyun.answerWith({ status, body });
  const refusal = await sender(aliyun.endpoint)
    .send(message)
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'UNAVAILABLE', cause: { message: `aliyun: ${cause}` } });
  expect(inspect(refusal, { depth: 9, showHidden: true })).not.toContain(message.code);
  expect(aliyun.requests).toHaveLength(1);
});

test.each(['hang', 'stall'] as const)(
  'answers a response that would %s with UNAVAILABLE after one attempt',
  async (answer) => {
    await using aliyun = await startAliyun(key);
    aliyun.answerWith(answer);
    const refusal = await sender(aliyun.endpoint, {}, { timeoutMs: 1000 })
      .send(message)
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE', cause: { message: 'aliyun: TimeoutError' } });
    expect(inspect(refusal, { depth: 9, showHidden: true })).not.toContain(message.code);
    expect(aliyun.requests).toHaveLength(1);
  },
);

test('connects to an https endpoint by TLS', async () => {
  const firstBytes: (number | undefined)[] = [];
  const server = createServer((socket) =>
    socket.once('data', (data) => {
      firstBytes.push(data[0]);
      socket.destroy();
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await expect(sender(baseUrl(server, 'https')).send(message)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const handshakeRecord = 0x16;
  expect(firstBytes).toEqual([handshakeRecord]);
  server.close();
});
