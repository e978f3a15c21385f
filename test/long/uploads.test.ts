import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  describeWithNginx,
  documentedNginx,
  type Nginx,
  startNginx,
} from '../support/infrastructure/nginx.js';
import { TestS3 } from '../support/infrastructure/s3.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { openFolder, type Server, startServer, stopServers } from '../support/server.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** By how much the server may grow while it passes gigabytes: stream buffers, and garbage not collected yet. */
const GROWTH = 128 * MIB;
const LOGIN = { username: 'root', password: PASSWORD };

let folder: string;
let server: Server;
let url: string;
let token: string;

async function start(settings: Readonly<Record<string, string>>): Promise<void> {
  folder = await openFolder();
  server = startServer({
    DATA_DIR: join(folder, 'data'),
    UPLOAD_LIMIT: '6GiB',
    ADMIN_ACCOUNT: LOGIN.username,
    ADMIN_PASSWORD: LOGIN.password,
    ...settings,
  });
  url = await server.url();
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(op.LoginDocument), variables: { input: LOGIN } }),
  });
  token = JSON.parse(await answer.text()).data.login.accessToken;
}

async function stop(): Promise<void> {
  await stopServers();
  await rm(folder, { recursive: true, force: true });
}

/** The peak of the server's resident memory, in bytes; Linux only. */
async function peak(): Promise<number> {
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** A sparse file whose content starts with `mark`. */
async function largeFile(mark: string, size: number): Promise<{ path: string; sha256: string }> {
  const path = join(folder, `${mark}.bin`);
  const file = await open(path, 'w');
  await file.write(mark);
  await file.truncate(size);
  await file.close();
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash);
  return { path, sha256: hash.digest('hex') };
}

const curl = async (...args: string[]) => {
  const auth = ['-sS', '-H', `authorization: Bearer ${token}`, '-H', 'apollo-require-preflight: true'];
  const started = performance.now();
  const { stdout } = await promisify(execFile)('curl', [...auth, ...args], { maxBuffer: MIB });
  return { stdout, seconds: (performance.now() - started) / 1000 };
};

const report = (what: string, seconds: number, growth: number) =>
  process.stdout.write(
    `${what} in ${seconds.toFixed(1)} s, resident memory grew by ${(growth / MIB).toFixed(0)} MiB at most\n`,
  );

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('packages of 2 GiB on disk', () => {
  beforeAll(() => start({}));
  afterAll(stop);
  testTransfers(2 * GIB);
});

describeWithNginx('packages of 2 GiB on disk, behind nginx', () => {
  let nginx: Nginx;
  beforeAll(async () => {
    await start({ TRUST_PROXY: 'loopback' });
    const upstream = new URL(url).host;
    nginx = await startNginx((listen) => documentedNginx({ listen, upstream }));
    url = `http://${nginx.host}`;
  });
  afterAll(async () => {
    await nginx.close();
    await stop();
  });
  testTransfers(2 * GIB);
});

linux('packages of 5 GiB in S3', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await TestS3.start();
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env;
    await start({ STORAGE_URL: s3.url('fleet'), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  });
  afterAll(async () => {
    await stop();
    await s3[Symbol.asyncDispose]();
  });
  testTransfers(5 * GIB);
});

function testTransfers(size: number): void {
  test('are received by the upgrade API in constant memory', async () => {
    const { path } = await largeFile('legacy', size);
    const before = await peak();
    const form = ['-F', `file=@${path}`, '-F', 'version=1'];
    const { stdout, seconds } = await curl(...form, `${url}/api/upgrade/upload`);
    expect(JSON.parse(stdout)).toMatchObject({ data: { path: '/dist/legacy-1.bin' } });
    const growth = (await peak()) - before;
    report('legacy upload', seconds, growth);
    expect(growth).toBeLessThan(GROWTH);
  });

  test('are received by GraphQL in constant memory', async () => {
    const { path, sha256 } = await largeFile('graphql', size);
    const before = await peak();
    const operations = {
      query: print(op.UploadReleaseDocument),
      variables: { input: { version: '2', sha256, file: null } },
    };
    const spec = ['-F', `operations=${JSON.stringify(operations)};type=application/json`];
    const file = ['-F', 'map={"0":["variables.input.file"]}', '-F', `0=@${path}`];
    const { stdout, seconds } = await curl(...spec, ...file, `${url}/graphql`);
    expect(JSON.parse(stdout)).toMatchObject({
      data: { uploadRelease: { release: { size, sha256 } } },
    });
    const growth = (await peak()) - before;
    report('GraphQL upload', seconds, growth);
    expect(growth).toBeLessThan(GROWTH);
  });

  test('are downloaded whole and in a range in constant memory', async () => {
    const before = await peak();
    const path = `${url}/dist/legacy-1.bin`;
    const { stdout, seconds } = await curl('-o', '/dev/null', '-w', '%{http_code} %{size_download}', path);
    expect(stdout).toBe(`200 ${size}`);
    const ranged = await curl(
      '-r',
      `${size - GIB}-`,
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %{size_download}',
      path,
    );
    expect(ranged.stdout).toBe(`206 ${GIB}`);
    const growth = (await peak()) - before;
    report('download', seconds, growth);
    expect(growth).toBeLessThan(GROWTH);
  });
}
