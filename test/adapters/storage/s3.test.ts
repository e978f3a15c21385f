import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openStorage } from '../../../src/adapters/storage/index.js';
import { readConfig } from '../../../src/config.js';
import { TestS3 } from '../../support/infrastructure/s3.js';
import { startTcpProxy } from '../../support/infrastructure/tcp-proxy.js';
import { sha256 } from '../../support/releases.js';

const MIB = 1024 * 1024;
const FLEET = 'f1c4a9c2-58a8-4a06-9a3d-6cf2d7fb11a3';
const OTHER_FLEET = '0b8f8a57-1f63-44b2-8a64-0f10e8d2b0a7';

let s3: TestS3;
beforeAll(async () => {
  s3 = await TestS3.start();
});
afterEach(() => {
  s3.corrupts = false;
});
afterAll(async () => s3[Symbol.asyncDispose]());

const opened = (url: string) => openStorage(readConfig({ STORAGE_URL: url }).STORAGE);
const storageAt = async (url: string) => (await opened(url)).storage;
const claim = async (url: string, fleet = FLEET) => (await opened(url)).claim(async () => fleet);

/** Chunks that may be freed. */
const source = (content: Buffer) => Readable.from([Buffer.from(content)]);

describe('a bucket', () => {
  test('is claimed by one fleet, which may start again', async () => {
    await claim(s3.url('ours'));
    expect(await s3.keys('ours')).toEqual(['ours/fleet']);
    await claim(s3.url('ours'));
    await expect(claim(s3.url('ours'), OTHER_FLEET)).rejects.toMatchObject({
      name: 'StartError',
      message: `The bucket s3://packages/ours/ at http://${s3.host} cannot be used: it has the packages of another gateway: set another prefix.`,
    });
    await claim(s3.url('theirs'), OTHER_FLEET);
  });

  test('with other objects is refused', async () => {
    const staged = await (await storageAt(s3.url('foreign'))).receive(source(randomBytes(9)), 9);
    await expect(claim(s3.url('foreign'))).rejects.toThrow(
      'cannot be used: it has objects that are not of a gateway: set another prefix.',
    );
    await staged.discard();
    await claim(s3.url('foreign'));
  });

  test('that does not exist is refused', async () => {
    await expect(claim(s3.url('').replace('//packages', '//nowhere'))).rejects.toThrow(
      'cannot be used: there is no such bucket.',
    );
  });

  test.each([
    ['S3RVER-2', 'its server does not know the access key id.'],
    [undefined, 'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'],
  ])('is refused with the access key id %s', async (id, reason) => {
    const isolated = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/none',
      AWS_CONFIG_FILE: '/none',
    };
    Object.assign(process.env, isolated, { AWS_ACCESS_KEY_ID: id });
    if (id === undefined) delete process.env.AWS_ACCESS_KEY_ID;
    await expect(claim(s3.url('keys'))).rejects.toThrow(`cannot be used: ${reason}`);
    process.env.AWS_ACCESS_KEY_ID = 'S3RVER';
  });

  test('whose region is unknown is refused', async () => {
    await expect(claim(s3.url('region').replace('region=us-east-1&', ''))).rejects.toThrow(
      'cannot be used: its region is unknown: add the parameter region, or set AWS_REGION.',
    );
  });

  test('whose server cannot be reached is refused', async () => {
    await expect(claim(s3.url('away', '127.0.0.1:1'))).rejects.toThrow(
      /cannot be used: .*connect ECONNREFUSED 127\.0\.0\.1:1\.$/,
    );
  });
});

test('close ranges are read in one request, and others in one each', async () => {
  const storage = await storageAt(s3.url('ranges'));
  const content = randomBytes(4 * MIB);
  const { publish, sha256: digest } = await storage.receive(source(content), content.length);
  await publish();
  const before = s3.requests.length;
  const blocks = Array.from({ length: 1000 }, (_, at) => ({ start: at * 2000, end: at * 2000 + 99 }));
  const ranges = [...blocks, { start: 3_000_000, end: 3_000_009 }, { start: 5, end: 9 }];
  const reading = await storage.open(digest, ranges);
  for (const { start, end } of ranges) {
    const buffer = Buffer.alloc(end - start + 1);
    for (let at = 0; at < buffer.length; ) at += await reading.read(buffer.subarray(at), start + at);
    expect(buffer.equals(content.subarray(start, end + 1))).toBe(true);
  }
  await reading.close();
  expect(s3.requests.slice(before).flatMap((request) => request.match(/bytes=.*/) ?? [])).toEqual([
    'bytes=0-1998099',
    'bytes=3000000-3000009',
    'bytes=5-9',
  ]);
});

describe('an upload', () => {
  test.each([
    ['of one part', 3 * MIB],
    ['of several parts', 20 * MIB],
  ])('%s that arrives changed is refused', async (_name, size) => {
    const storage = await storageAt(s3.url('changed'));
    s3.corrupts = true;
    await expect(storage.receive(source(randomBytes(size)), size)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect([await s3.keys('changed'), await s3.unfinished()]).toEqual([[], []]);
  });

  test('leaves nothing behind but what the sweep removes when the connection is cut', async () => {
    const proxy = await startTcpProxy(s3.host);
    const storage = await storageAt(s3.url('cut', proxy.host));
    const chunks = (async function* () {
      for (let at = 0; at < 40; at += 1) {
        if (at === 20) proxy.disconnect();
        yield randomBytes(MIB);
      }
    })();
    await expect(storage.receive(Readable.from(chunks), 40 * MIB)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    proxy.reconnect();
    expect([await s3.keys('cut'), (await s3.unfinished()).length]).toEqual([[], 1]);
    await storage.sweep(Date.now() - 60_000);
    expect((await s3.unfinished()).length).toBe(1);
    await storage.sweep(Date.now() + 60_000);
    expect(await s3.unfinished()).toEqual([]);
    await proxy.close();
  });

  test('that is published while S3 is away can be published again', async () => {
    const proxy = await startTcpProxy(s3.host);
    const storage = await storageAt(s3.url('again', proxy.host));
    const content = randomBytes(100);
    const first = await storage.receive(source(content), 100);
    proxy.disconnect();
    await expect(first.publish()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await first.discard();
    await expect(storage.open(sha256(content), [])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    proxy.reconnect();
    await (await storage.receive(source(content), 100)).publish();
    await (await storage.open(sha256(content), [])).close();
    await proxy.close();
  });
});
