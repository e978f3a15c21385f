import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestGateway } from '../support/gateway.js';
import { publishRelease, startPublishing } from '../support/releases.js';

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  ({ gateway } = await startPublishing({ TRUST_PROXY: '127.0.0.1' }));
  await publishRelease(gateway, '1');
  host = await gateway.listen();
});
afterAll(() => gateway.close());

/** @returns the body of the answer to a request with exactly these headers. */
async function send(requestLine: string, ...headers: string[]) {
  const [name, port] = host.split(':');
  const socket = connect(Number(port), name);
  socket.write([requestLine, 'connection: close', ...headers, '', ''].join('\r\n'));
  const [, body = ''] = String(await buffer(socket)).split('\r\n\r\n');
  return JSON.parse(body);
}
const CHECK = 'POST /api/upgrade/checkVersion';

test.each([
  ['no Host', []],
  ['an empty Host', ['host:']],
])('a link in the answer to HTTP/1.0 with %s has the address that was called', async (_what, headers) => {
  const { data } = await send(`${CHECK} HTTP/1.0`, ...headers);
  expect(data.full_path).toBe(`http://${host}/dist/app-1.zip`);
});

test('the host that a trusted proxy names takes precedence', async () => {
  const { data } = await send(`${CHECK} HTTP/1.0`, 'x-forwarded-host: gateway.example');
  expect(data.full_path).toBe('http://gateway.example/dist/app-1.zip');
});

test('a header whose value is host is no Host', async () => {
  const { data } = await send(`${CHECK} HTTP/1.1`, 'x-a: host', 'x-b: host', 'host: gateway.example');
  expect(data.full_path).toBe('http://gateway.example/dist/app-1.zip');
});

test('HTTP/1.0 without Host is answered at every API', async () => {
  expect(await send('GET /health/live HTTP/1.0')).toEqual({ status: 'ok' });
  expect(await send('GET /graphql?query={__typename} HTTP/1.0')).toEqual({ data: { __typename: 'Query' } });
});

const required = 'The header Host is required.';
const once = 'The header Host must be sent once.';

test.each([
  ['no Host', [], required],
  ['an empty Host', ['host:'], required],
  ['two Hosts', ['host: a.example', 'host: b.example'], once],
  ['the same Host twice', ['host: a.example', 'HOST: a.example'], once],
  ['an empty Host and another one', ['host:', 'Host: a.example'], once],
])('HTTP/1.1 with %s is refused in the form of each API', async (_what, headers, message) => {
  expect(await send(`${CHECK} HTTP/1.1`, ...headers)).toMatchObject({ data: null, meta: { status: 400 } });
  expect(await send('POST /sys/login-phone HTTP/1.1', ...headers)).toMatchObject({ ok: false, status: 400 });
  expect(await send('GET /graphql?query={__typename} HTTP/1.1', ...headers)).toMatchObject({
    errors: [{ message, extensions: { code: 'INVALID_INPUT' } }],
  });
  expect(await send('GET /health/live HTTP/1.1', ...headers)).toEqual({
    status: 400,
    message: 'Bad Request',
  });
});
