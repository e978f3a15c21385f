import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startJobs } from '../../src/jobs/jobs.js';
import { uploadForm } from '../support/clients/multipart.js';
import { openRequest } from '../support/clients/raw-http.js';
import { gatehouse } from '../support/command.js';
import { createMigratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { TestS3 } from '../support/infrastructure/s3.js';
import { startTcpProxy, type TcpProxy } from '../support/infrastructure/tcp-proxy.js';
import { holdIntervals } from '../support/intervals.js';
import { PASSWORD } from '../support/password.js';
import { publishRelease, sha256, startPublishing, UPLOAD, uploadParts } from '../support/releases.js';
import { openFolder, startServer, stopServers } from '../support/server.js';

const MIB = 1024 * 1024;
const DAY = 86_400_000;
const CHECK_MS = 10_000;
/** The answers of both APIs. */
const PUBLISHED = /"msg":"success"|"release":\{"id"/;
const system = { userId: null, address: null };

/** Emits the URL of each request that a server in this process receives. */
const received = new EventEmitter();
subscribe('http.server.request.start', (message) => {
  received.emit((message as { request: IncomingMessage }).request.url ?? '');
});

let s3: TestS3;
let proxy: TcpProxy;
let gateway: TestGateway;
let publisher: string;
let host: string;
/** A gateway on the same database and bucket that sends clients there. */
let redirecting: TestGateway;
beforeAll(async () => {
  s3 = await TestS3.start();
  proxy = await startTcpProxy(s3.host);
  const settings = { STORAGE_URL: s3.url('fleet', proxy.host) };
  ({ gateway, publisher } = await startPublishing(settings));
  host = await gateway.listen();
  // Clients reach the server without the proxy.
  const STORAGE_URL = `${settings.STORAGE_URL}&publicEndpoint=http://${s3.host}`;
  redirecting = await startGateway({ STORAGE_URL, STORAGE_DOWNLOADS: 'redirect' }, gateway);
});
afterEach(() => {
  jest.useRealTimers();
});
afterAll(async () => {
  await redirecting.close();
  await gateway.close();
  await proxy.close();
  await s3[Symbol.asyncDispose]();
});

describe.each([
  [UPLOAD, '1'],
  ['/graphql', '2'],
] as const)('a package that is uploaded to %s', (url, version) => {
  const content = randomBytes(9 * MIB);
  const send = (fileName: string, version: string) => {
    const form = uploadForm(uploadParts({ fileName, content }, version)[url]);
    const headers = { ...form.headers, authorization: publisher, 'apollo-require-preflight': 'true' };
    return fetch(`http://${host}${url}`, { method: 'POST', headers, body: form.payload });
  };

  test('is downloaded whole and in ranges, and not after it was withdrawn', async () => {
    const uploaded = await send('app.bin', version);
    expect(await uploaded.text()).toMatch(PUBLISHED);
    const path = `http://${host}/dist/app-${version}.bin`;
    const whole = await fetch(path);
    expect(sha256(Buffer.from(await whole.arrayBuffer()))).toBe(sha256(content));
    expect(whole.headers.get('etag')).toBe(`"${sha256(content)}"`);
    const range = await fetch(path, { headers: { range: 'bytes=9000000-9000009' } });
    expect([range.status, Buffer.from(await range.arrayBuffer())]).toEqual([
      206,
      content.subarray(9_000_000, 9_000_010),
    ]);
    const several = await fetch(path, { headers: { range: 'bytes=0-9, 50-59' } });
    expect(several.headers.get('content-type')).toContain('multipart/byteranges');
    expect(Buffer.from(await several.arrayBuffer()).includes(content.subarray(50, 60))).toBe(true);
    const cached = await fetch(path, { headers: { 'if-none-match': `"${sha256(content)}"` } });
    expect(cached.status).toBe(304);
    const head = await fetch(path, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(content.length)]);
    const release = await gateway.services.releases.findPackage(`app-${version}.bin`);
    await gateway.services.releases.withdraw(release?.id ?? 0, 'It does not start.', system);
    expect((await fetch(path)).status).toBe(410);
  });

  test('while S3 is away is refused as unavailable, leaves no release, and can be uploaded again', async () => {
    const before = await s3.keys('fleet');
    const form = uploadForm(uploadParts({ fileName: 'cut.bin', content }, `${version}0`)[url]);
    const socket = await openRequest(host, [
      `POST ${url} HTTP/1.1`,
      `authorization: ${publisher}`,
      `content-type: ${form.headers['content-type']}`,
      'apollo-require-preflight: true',
      `content-length: ${form.payload.length}`,
    ]);
    socket.write(form.payload.subarray(0, form.payload.length - MIB / 2));
    await eventually(async () => (await s3.unfinished()).length === 1);
    proxy.disconnect();
    socket.write(form.payload.subarray(form.payload.length - MIB / 2));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(
      url === UPLOAD ? /^HTTP\/1.1 500 [\s\S]*服务繁忙，请稍后再试/ : /"UNAVAILABLE"/,
    );
    socket.destroy();
    proxy.reconnect();
    expect(gateway.logged()).toContain('a request could not be served');
    expect(await s3.keys('fleet')).toEqual(before);
    expect(await (await send('cut.bin', `${version}0`)).text()).toMatch(PUBLISHED);
    await s3.age(new Date(Date.now() - 2 * DAY));
    const used = await s3.keys('fleet');
    await gateway.services.releases.sweep();
    expect(await s3.keys('fleet')).toEqual(used);
    expect(await s3.unfinished()).toEqual([]);
  });
});

test('the gateway notices within ten seconds that S3 is away, and that it is back', async () => {
  holdIntervals();
  const stop = startJobs(gateway.services, gateway.app.log);
  const problems = () => {
    jest.advanceTimersByTime(CHECK_MS);
    return gateway.services.health.problems;
  };
  proxy.disconnect();
  await eventually(async () => problems().length > 0);
  expect(problems()).toMatchObject([
    { component: 'STORAGE', reason: 'The storage of packages does not answer.' },
  ]);
  proxy.reconnect();
  await eventually(async () => problems().length === 0);
  await stop();
});

test('of eight concurrent publications of one file, one succeeds and the others leave nothing behind', async () => {
  const publish = () => publishRelease(gateway, '6', { name: 'same.bin', content: 'the same content' });
  const before = await s3.keys('fleet');
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, publish));
  const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
  expect(codes).toEqual(Array(7).fill('CONFLICT'));
  const added = (await s3.keys('fleet')).filter((key) => !before.includes(key));
  const [id] = added.flatMap((key) => key.split('fleet/files/')[1] ?? []);
  expect(added.sort()).toEqual([`fleet/files/${id}`, `fleet/packages/${sha256('the same content')}/${id}`]);
});

describe('a download that its client aborts', () => {
  beforeAll(() => publishRelease(gateway, '5', { name: 'large.bin', content: randomBytes(32 * MIB) }));

  test('on the way ends its request to S3', async () => {
    const socket = await openRequest(host, ['GET /dist/large-5.bin HTTP/1.1']);
    await once(socket, 'data');
    socket.pause();
    await eventually(async () => s3.unsent === 1);
    socket.destroy();
    await eventually(async () => s3.unsent === 0);
  });

  test('before S3 answers ends its request to S3', async () => {
    proxy.stall();
    const before = s3.requests.length;
    const started = once(received, '/dist/large-5.bin');
    const socket = await openRequest(host, ['GET /dist/large-5.bin HTTP/1.1']);
    await started;
    socket.destroy();
    proxy.resume();
    await eventually(async () => s3.requests.slice(before).some((request) => request.includes('bytes=0-')));
    await eventually(async () => s3.unsent === 0);
  });
});

describe('a gateway that redirects downloads', () => {
  const content = randomBytes(1000);
  const get = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    redirecting.app.inject({ method, url: '/dist/far-7.bin', headers });
  beforeAll(() => publishRelease(gateway, '7', { name: 'far.bin', content }));

  test('sends clients to a link that is valid for a minute and saves the file under its name', async () => {
    const { statusCode, headers, body } = await get();
    expect([statusCode, headers['cache-control'], body]).toEqual([302, 'no-store', '']);
    const link = new URL(String(headers.location));
    expect(link.host).toBe(s3.host);
    expect(Number(link.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(60);
    const response = await fetch(link);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-disposition': 'attachment; filename=far-7.bin',
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
    });
    expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(content));
  });

  test('redirects a request for one range', async () => {
    const range = 'bytes=10-19';
    const { statusCode, headers } = await get({ range });
    expect(statusCode).toBe(302);
    const response = await fetch(String(headers.location), { headers: { range } });
    expect([response.status, Buffer.from(await response.arrayBuffer())]).toEqual([
      206,
      content.subarray(10, 20),
    ]);
  });

  test.each([
    ['several ranges', { range: 'bytes=0-1,4-5' }, 206],
    ['a range with If-Range', { range: 'bytes=0-1', 'if-range': `"${sha256(content)}"` }, 206],
    ['a range past the end', { range: 'bytes=1000-' }, 416],
    ['its ETag in If-None-Match', { 'if-none-match': `"${sha256(content)}"` }, 304],
    ['its ETag in If-Match', { 'if-match': `"${sha256(content)}"` }, 200],
    ['another ETag in If-Match', { 'if-match': '"other"' }, 412],
  ])('answers a request with %s itself', async (_name, headers, status) => {
    expect((await get(headers)).statusCode).toBe(status);
  });

  test('answers HEAD itself', async () => {
    const { statusCode, headers } = await get({}, 'HEAD');
    expect([statusCode, headers.etag, headers['content-length']]).toEqual([
      200,
      `"${sha256(content)}"`,
      '1000',
    ]);
  });

  test('gives no link to a withdrawn package', async () => {
    const { id } = await publishRelease(gateway, '8', { name: 'bad.bin', content: 'bad' });
    await gateway.services.releases.withdraw(id, 'It does not start.', system);
    const { statusCode, headers } = await redirecting.app.inject({ url: '/dist/bad-8.bin' });
    expect([statusCode, headers.location]).toEqual([410, undefined]);
  });

  test('answers 503 while S3 is away', async () => {
    proxy.disconnect();
    const { statusCode, body } = await get();
    proxy.reconnect();
    expect([statusCode, body]).toEqual([503, 'The package cannot be read now; try again later.\n']);
  });
});

test('the built gateway marks the bucket and uploads to it', async () => {
  const database = await createMigratedDatabase();
  const folder = await openFolder();
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
  const server = startServer({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    STORAGE_URL: s3.url('built'),
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    ADMIN_ACCOUNT: 'root',
    ADMIN_PASSWORD: PASSWORD,
  });
  const url = await server.url();
  expect(await s3.keys('built')).toEqual(['built/fleet']);
  const path = join(folder, 'app.bin');
  await writeFile(path, randomBytes(9 * MIB));
  const { code, errors } = await gatehouse(
    ['release', 'upload', path, '--release-version', '1', '--username', 'root', '--password-stdin'],
    { GATEHOUSE_URL: url },
    PASSWORD,
  );
  expect([code, errors]).toEqual([0, '']);
  expect((await fetch(`${url}/dist/app-1.bin`)).headers.get('content-length')).toBe(String(9 * MIB));
  await stopServers();
  await database.drop();
  await rm(folder, { recursive: true });
});

test('a package whose file was copied to the bucket as operations.md says is downloaded', async () => {
  const content = randomBytes(100);
  const { sha256: digest } = await publishRelease(gateway, '9', { name: 'moved.bin', content });
  const bucket = `http://${s3.host}/packages/fleet`;
  for (const key of await s3.keys(`fleet/packages/${digest}`)) {
    await fetch(`http://${s3.host}/packages/${key}`, { method: 'DELETE' });
  }
  expect((await fetch(`http://${host}/dist/moved-9.bin`)).status).toBe(500);
  await fetch(`${bucket}/files/${digest}`, { method: 'PUT', body: content });
  await fetch(`${bucket}/packages/${digest}/${digest}`, { method: 'PUT', body: `files/${digest}\n` });
  const response = await fetch(`http://${host}/dist/moved-9.bin`);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
});
