import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Device } from '../../src/devices/device.entity.js';
import { upgradeSessionPolicy } from '../../src/legacy/upgrade/session-policy.js';
import { openSession } from '../support/callers.js';
import { multipartForm } from '../support/clients/multipart.js';
import { openRequest, sendRaw } from '../support/clients/raw-http.js';
import type { TestGateway } from '../support/gateway.js';
import { startPublishing, upload } from '../support/releases.js';

const JSON_TYPE = 'content-type: application/json';
const FORM_TYPE = 'content-type: application/x-www-form-urlencoded';
const form = multipartForm({ deviceId: 'body' });

/** What clients send to a path that takes no parameters. */
const bodies: Readonly<Record<string, readonly [content: string | Buffer, ...headers: string[]]>> = {
  null: ['null', JSON_TYPE],
  'an empty string': ['""', JSON_TYPE],
  'an empty list': ['[]', JSON_TYPE],
  'a number': ['0', JSON_TYPE],
  'a word': ['ping', JSON_TYPE],
  'a word in a form': ['ping', FORM_TYPE],
  text: ['ping', 'content-type: text/plain'],
  'no type': ['ping'],
  'a type that is no media type': ['{}', 'content-type: json'],
  'an empty type': ['{}', 'content-type:'],
  'an unknown charset': ['{}', `${JSON_TYPE}; charset=klingon`],
  'JSON that is cut off': ['{"deviceId":"bo', JSON_TYPE],
  'JSON as gzip': [gzipSync('{}'), JSON_TYPE, 'content-encoding: gzip'],
  'an unknown encoding': ['{}', JSON_TYPE, 'content-encoding: zip'],
  'bytes that are not UTF-8': [Buffer.from([0xff, 0xfe, 0x00]), JSON_TYPE],
  'percent signs that encode nothing': ['%zz=%', FORM_TYPE],
  'a form with parts': [form.payload, `content-type: ${form.headers['content-type']}`],
  'a form that is cut off': [form.payload.subarray(0, 40), `content-type: ${form.headers['content-type']}`],
  'a form without a boundary': ['ping', 'content-type: multipart/form-data'],
  'two MiB': ['x'.repeat(2 * 1024 * 1024), JSON_TYPE],
};

let gateway: TestGateway;
let host: string;
let token: string;
beforeAll(async () => {
  const publishing = await startPublishing();
  ({ gateway } = publishing);
  await upload(gateway, publishing.publisher, [
    ['version', '1'],
    ['file', { fileName: 'app.zip', content: 'a package' }],
  ]);
  await gateway.createUser({ username: 'ada' });
  token = (await openSession(gateway, 'ada', upgradeSessionPolicy)).accessToken;
  host = await gateway.listen();
});
afterAll(() => gateway.close());

const send = (path: string, content: string | Buffer, headers: readonly string[]) =>
  sendRaw(host, `POST ${path} HTTP/1.1`, [`authorization: ${token}`, ...headers], Buffer.from(content));

describe.each([
  ['/api/heart/check', 201],
  ['/api/upgrade/checkVersion', 200],
])('%s ignores its body', (path, status) => {
  test.each(Object.entries(bodies))('%s', async (_what, [content, ...headers]) => {
    const response = await send(path, content, headers);
    expect([response.status, JSON.parse(response.body).meta.status]).toEqual([status, status]);
  });

  test.each(['?', '?ping', '?x=%ff', '?deviceId=%zz', '?%', '?a[b]=1&a[b]=2'])(
    'and the query %s',
    async (query) => {
      expect((await send(`${path}${query}`, '', [])).status).toBe(status);
    },
  );
});

test('a body neither names nor describes the device of a heartbeat', async () => {
  const body = JSON.stringify({ deviceId: 'body', device: 'model', version: '9' });
  await send('/api/heart/check', body, [JSON_TYPE, 'x-device-id: header']);
  const devices = await gateway.services.db.em.fork().find(Device, { clientId: ['body', 'header'] });
  expect(devices).toMatchObject([{ clientId: 'header', name: null, clientVersion: null }]);
});

test('a connection stays open after a body that was ignored', async () => {
  const socket = await openRequest(host, [
    'POST /api/heart/check HTTP/1.1',
    `authorization: ${token}`,
    'content-type: json',
    'content-length: 4',
  ]);
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    received += chunk;
  });
  socket.write('ping');
  socket.write('POST /api/upgrade/checkVersion HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 200']);
});

test.each([
  '/api/user/login',
  '/api/background_login',
  '/login/account',
  '/sys/login-phone',
  '/api/user/sendCode',
])('%s reads a body as JSON if its type is no media type', async (path) => {
  const body = JSON.stringify({ account: 'x', phone: 'x', deviceId: 'x' });
  const [odd, usual] = await Promise.all([
    send(path, body, ['content-type: json']),
    send(path, body, [JSON_TYPE]),
  ]);
  expect(odd.body).toBe(usual.body);
});
