import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { createSmsSender } from '../../../src/adapters/sms/index.js';
import type { SmsSender } from '../../../src/captchas/sms-sender.js';
import { DomainError } from '../../../src/errors.js';
import { startAliyun } from './aliyun-stand-in.js';
import { startReceiver } from './webhook-receiver.js';

interface Provider extends AsyncDisposable {
  sender: SmsSender;
  /** `<national number> <code>` of each message that the provider has received. */
  delivered(): Promise<string[]>;
  breakDown(): Promise<void>;
  secret: string;
}

async function outbox(): Promise<Provider> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-sms-'));
  return {
    sender: createSmsSender({ provider: 'outbox', dataDir }),
    secret: dataDir,
    async delivered() {
      const lines = (await readFile(join(dataDir, 'outbox', 'sms.jsonl'), 'utf8')).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line)).map(({ to, code }) => `${to.slice(3)} ${code}`);
    },
    async breakDown() {
      await rm(join(dataDir, 'outbox'), { recursive: true, force: true });
      await writeFile(join(dataDir, 'outbox'), 'a file where the folder should be');
    },
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true }),
  };
}

async function aliyun(): Promise<Provider> {
  const key = { accessKeyId: 'LTAI5tExample', accessKeySecret: 'aliyun-secret' };
  const server = await startAliyun(key);
  return {
    sender: createSmsSender({
      provider: 'aliyun',
      endpoint: server.endpoint,
      ...key,
      signName: 'Gatehouse',
      templateCode: 'SMS_1',
    }),
    secret: key.accessKeySecret,
    async delivered() {
      return server.requests.map(
        ({ parameters: p }) => `${p.PhoneNumbers} ${JSON.parse(p.TemplateParam ?? '{}').code}`,
      );
    },
    breakDown: () => server[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function webhook(): Promise<Provider> {
  const receiver = await startReceiver();
  const secret = 'webhook-secret';
  return {
    sender: createSmsSender({ provider: 'webhook', url: receiver.url, secret }),
    secret,
    async delivered() {
      return receiver.requests
        .map(({ body }) => JSON.parse(body))
        .map(({ to, code }) => `${to.slice(3)} ${code}`);
    },
    breakDown: () => receiver[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

const message = { to: '+8613954969056', code: '493027', text: '【Gatehouse】493027 is your code.' };

describe.each([outbox, aliyun, webhook])('the $name sender', (start) => {
  test('has delivered the message once when it resolves', async () => {
    await using provider = await start();
    await provider.sender.send(message);
    expect(await provider.delivered()).toEqual(['13954969056 493027']);
  });

  test("returns a receipt in the form of Aliyun's", async () => {
    await using provider = await start();
    const receipt = await provider.sender.send(message);
    expect(receipt).toEqual({
      requestId: expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/),
      bizId: expect.stringMatching(/^\d{18}\^0$/),
    });
    expect((await provider.sender.send(message)).requestId).not.toBe(receipt.requestId);
  });

  test('delivers each of many concurrent messages exactly once', async () => {
    await using provider = await start();
    const codes = Array.from({ length: 50 }, (_, i) => String(100000 + i));
    await Promise.all(codes.map((code) => provider.sender.send({ ...message, code })));
    expect((await provider.delivered()).sort()).toEqual(codes.map((code) => `13954969056 ${code}`));
  });

  test('throws UNAVAILABLE while the provider is down, without the code or a secret', async () => {
    await using provider = await start();
    await provider.breakDown();
    const refusal = await provider.sender.send(message).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: expect.stringMatching(/: E[A-Z]+$/) },
    });
    const shown = inspect(refusal, { depth: 9, showHidden: true });
    expect(shown).not.toContain(message.code);
    expect(shown).not.toContain(provider.secret);
  });
});
