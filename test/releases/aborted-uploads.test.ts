import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { uploadForm } from '../support/clients/multipart.js';
import { openRequest } from '../support/clients/raw-http.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { inventory, nothing, startPublishing, UPLOAD, upload, uploadParts } from '../support/releases.js';

const MIB = 1024 * 1024;
const SMALL = [
  ['version', '7'],
  ['file', { fileName: 'a', content: 'small' }],
] as const;
const PARTS = uploadParts({ fileName: 'app.bin', content: randomBytes(4 * MIB) });

let gateway: TestGateway;
let publisher: string;
let host: string;
/** Each request of the server; resolves when it is closed. */
const requests: Promise<unknown>[] = [];
subscribe('http.server.request.start', (message) => {
  const { request } = message as { request: IncomingMessage };
  requests.push(new Promise((resolve) => request.once('close', resolve)));
});
let receive: jest.Spied<TestGateway['services']['releases']['receive']>;
beforeAll(async () => {
  ({ gateway, publisher } = await startPublishing());
  receive = jest.spyOn(gateway.services.releases, 'receive');
  host = await gateway.listen();
});
afterAll(() => gateway.close());

/** Mounts a file system of 1 MiB. @returns null without the permission to mount. */
function mountSmallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-small-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  if (status === 0) return path;
  rmdirSync(path);
  return null;
}

const head = (url: string, length: number, token: string) => [
  `POST ${url} HTTP/1.1`,
  `authorization: ${token}`,
  'content-type: multipart/form-data; boundary=x',
  'apollo-require-preflight: true',
  `content-length: ${length}`,
];

describe.each([UPLOAD, '/graphql'] as const)('an upload to %s', (url) => {
  const { payload } = uploadForm(PARTS[url]);

  test.each([
    ['before the file', 60],
    ['in the headers of the file', 200],
    ['in the file', 2 * MIB],
    ['before the last delimiter', payload.length - 4],
    ['one byte before the end', payload.length - 1],
  ])('that is aborted %s leaves nothing behind', async (_where, length) => {
    const before = requests.length;
    const socket = await openRequest(host, head(url, payload.length, publisher));
    socket.write(payload.subarray(0, length));
    await eventually(async () => requests.length > before);
    if (length > MIB) await eventually(async () => (await inventory(gateway)).uploads.length === 1);
    socket.resetAndDestroy();
    await requests.at(-1);
    await Promise.allSettled(receive.mock.results.map(({ value }) => value));
    await eventually(async () => (await inventory(gateway)).uploads.length === 0);
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('that the client ends halfway, as browsers do, leaves nothing behind', async () => {
    const before = requests.length;
    const socket = await openRequest(host, head(url, payload.length, publisher));
    socket.write(payload.subarray(0, 2 * MIB));
    await eventually(async () => requests.length > before);
    await eventually(async () => (await inventory(gateway)).uploads.length === 1);
    socket.end();
    await requests.at(-1);
    await eventually(async () => (await inventory(gateway)).uploads.length === 0);
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('that ends before its last delimiter is refused and leaves nothing behind', async () => {
    const cut = payload.subarray(0, payload.length - 6);
    const socket = await openRequest(host, head(url, cut.length, publisher));
    socket.write(cut);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 |"INVALID_INPUT"/);
    socket.destroy();
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('is refused while 16 others of the same user are under way', async () => {
    const throttled = /Too many of your uploads are under way|操作过于频繁，请稍后再试/;
    const before = requests.length;
    const open = () => openRequest(host, head(url, payload.length, publisher));
    const sockets = await Promise.all(Array.from({ length: 16 }, open));
    await eventually(async () => requests.length === before + 16);
    const send = async () => {
      const socket = await openRequest(host, head(url, 4, publisher));
      socket.write('form');
      const [answer] = await once(socket, 'data');
      socket.destroy();
      return String(answer);
    };
    const refusal = await send();
    expect(refusal).toMatch(throttled);
    expect(refusal).toMatch(/\r\nretry-after: 10\r\n/i);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => !throttled.test(await send()));
  });

  test('without a session is refused before its body is sent', async () => {
    const socket = await openRequest(host, head(url, payload.length, 'nonsense'));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 [\s\S]*application\/json/);
    socket.destroy();
  });

  const disk = mountSmallDisk();
  const withSmallDisk = disk ? test : test.skip;
  withSmallDisk(
    'to a full or read-only disk leaves nothing behind (skipped without the permission to mount one)',
    async () => {
      const { gateway, publisher } = await startPublishing({ DATA_DIR: disk ?? '' });
      try {
        const answer = await gateway.app.inject({
          method: 'POST',
          url,
          payload,
          headers: {
            'content-type': 'multipart/form-data; boundary=x',
            'apollo-require-preflight': 'true',
            authorization: publisher,
          },
        });
        expect(answer.body).toMatch(/服务繁忙，请稍后再试|"UNAVAILABLE"/);
        expect(answer.statusCode).toBe(url === UPLOAD ? 500 : 200);
        expect(await inventory(gateway)).toEqual(nothing);
        expect(answer.headers['retry-after']).toBe('10');
        expect(gateway.logged()).toContain('no space left');
        await writeFile(join(disk ?? '', 'filler'), randomBytes(MIB)).catch(() => {});
        await expect(gateway.services.storageCheck()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        await rm(join(disk ?? '', 'filler'));
        await gateway.services.storageCheck();
        spawnSync('mount', ['-o', 'remount,ro', disk ?? '']);
        expect((await upload(gateway, publisher, SMALL)).body).toMatch(/服务繁忙，请稍后再试/);
        await expect(gateway.services.storageCheck()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
        spawnSync('mount', ['-o', 'remount,rw', disk ?? '']);
        expect((await upload(gateway, publisher, SMALL)).statusCode).toBe(200);
      } finally {
        await gateway.close();
        spawnSync('umount', [disk ?? '']);
        await rm(disk ?? '', { recursive: true, force: true });
      }
    },
  );
});
