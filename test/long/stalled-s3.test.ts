import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStorage } from '../../src/adapters/storage/index.js';
import { readConfig } from '../../src/config.js';
import { TestS3 } from '../support/infrastructure/s3.js';
import { startTcpProxy, type TcpProxy } from '../support/infrastructure/tcp-proxy.js';
import { sha256 } from '../support/releases.js';

const SIZE = 1000;
/** A request waits for five seconds; three attempts would take three times as long. */
const LIMIT_MS = 9000;

let s3: TestS3;
let proxy: TcpProxy;
let storage: Awaited<ReturnType<typeof openStorage>>['storage'];

beforeAll(async () => {
  s3 = await TestS3.start();
  proxy = await startTcpProxy(s3.host);
  const opened = await openStorage(readConfig({ STORAGE_URL: s3.url('stalled', proxy.host) }).STORAGE);
  await opened.claim(async () => 'f1c4a9c2-58a8-4a06-9a3d-6cf2d7fb11a3');
  storage = opened.storage;
});
afterAll(async () => {
  await proxy.close();
  await s3[Symbol.asyncDispose]();
});

test('an upload and a download wait once for a server that does not answer', async () => {
  const content = randomBytes(SIZE);
  await (await storage.receive(Readable.from([Buffer.from(content)]), SIZE)).publish();
  proxy.stall();
  const startedAt = performance.now();
  const unavailable = { code: 'UNAVAILABLE' };
  await Promise.all([
    expect(storage.receive(Readable.from([randomBytes(SIZE)]), SIZE)).rejects.toMatchObject(unavailable),
    expect(storage.open(sha256(content), [])).rejects.toMatchObject(unavailable),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
  proxy.resume();
});
