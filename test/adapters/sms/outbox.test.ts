import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSmsSender } from '../../../src/adapters/sms/index.js';

const message = { to: '+8613954969056', code: '493027', text: '【Gatehouse】\n493027' };
const now = () => Date.parse('2026-01-02T03:04:05.678Z');
let dataDir: string;
const outbox = () => createSmsSender({ provider: 'outbox', dataDir }, { now });
const file = () => join(dataDir, 'outbox', 'sms.jsonl');

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-outbox-'));
});

afterEach(() => rm(dataDir, { recursive: true }));

test('appends a JSON line of to, code, text and time', async () => {
  await outbox().send(message);
  expect(await readFile(file(), 'utf8')).toBe(
    '{"to":"+8613954969056","code":"493027","text":"【Gatehouse】\\n493027","at":"2026-01-02T03:04:05.678Z"}\n',
  );
});

test('creates a file that only its owner can read', async () => {
  await outbox().send(message);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});

test('appends messages in the order of the calls, after those of an earlier run', async () => {
  await outbox().send({ ...message, code: '000000' });
  const sender = outbox();
  const codes = Array.from({ length: 100 }, (_, i) => String(100000 + i));
  await Promise.all(codes.map((code) => sender.send({ ...message, code })));
  expect(await writtenCodes()).toEqual(['000000', ...codes]);
});

test('keeps every line of two senders on one folder whole', async () => {
  const senders = [outbox(), outbox()];
  for (const sender of senders) await sender.send({ ...message, code: '100000' });
  const text = 'long '.repeat(2000);
  const codes = Array.from({ length: 50 }, (_, i) => String(100001 + i));
  await Promise.all(
    codes.flatMap((code) => senders.map((sender) => sender.send({ ...message, code, text }))),
  );
  expect((await writtenCodes()).sort()).toEqual(['100000', ...codes].flatMap((code) => [code, code]));
});

test('starts a new line after one that a killed process left truncated', async () => {
  await outbox().send(message);
  await appendFile(file(), '{"to":"+86139549');
  await outbox().send({ ...message, code: '222222' });
  const lines = (await readFile(file(), 'utf8')).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toBe('{"to":"+86139549');
  expect(lines[2]).toContain('"code":"222222"');
});

test('sends later messages after a failed write', async () => {
  const sender = outbox();
  await writeFile(join(dataDir, 'outbox'), 'a file where the folder should be');
  await expect(sender.send(message)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await rm(join(dataDir, 'outbox'));
  await sender.send({ ...message, code: '222222' });
  expect(await writtenCodes()).toEqual(['222222']);
});

async function writtenCodes(): Promise<string[]> {
  const lines = (await readFile(file(), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).code);
}
