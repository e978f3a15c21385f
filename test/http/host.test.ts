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
  const [, body = ''] = (await exchange(requestLine, 'connection: close', ...headers)).split('\r\n\r\n');
  return JSON.parse(body);
}

async function exchange(...lines: string[]): Promise<string> {
  const [name, port] = host.split(':');
  const socket = connect(Number(port), name);
  socket.write([...lines, '', ''].join('\r\n'), 'latin1');
  return String(await buffer(socket));
}

/** The status of the answer to a handshake that the gateway refuses. */
async function upgradeStatus(...headers: string[]): Promise<number> {
  const upgrade = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'];
  const key = `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`;
  const answer = await exchange('GET /graphql HTTP/1.1', ...upgrade, key, ...headers);
  return Number(answer.split(' ')[1]);
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

test.each(['gateway.example:8080', '[::1]:8080', '10.0.0.1', 'my_gateway'])(
  'the Host %s is that of the links',
  async (name) => {
    const { data } = await send(`${CHECK} HTTP/1.1`, `host: ${name}`);
    expect(data.full_path).toBe(`http://${name}/dist/app-1.zip`);
  },
);

test('the host of an absolute URL takes precedence', async () => {
  const url = 'http://gateway.example:81/api/upgrade/checkVersion';
  const { data } = await send(`POST ${url} HTTP/1.1`, 'host: other.example');
  expect(data.full_path).toBe('http://gateway.example:81/dist/app-1.zip');
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
const invalid = 'The header Host must be a host with an optional port.';

test.each([
  ['no Host', [], required],
  ['an empty Host', ['host:'], required],
  ['two Hosts', ['host: a.example', 'host: b.example'], once],
  ['the same Host twice', ['host: a.example', 'HOST: a.example'], once],
  ['an empty Host and another one', ['host:', 'Host: a.example'], once],
  ['a space in Host', ['host: a b'], invalid],
  ['a path in Host', ['host: a.example/b'], invalid],
  ['a user in Host', ['host: a@b.example'], invalid],
  ['markup in Host', ['host: "><script>'], invalid],
  ['a port that is no number', ['host: a.example:http'], invalid],
  ['letters outside ASCII', ['host: gateway\xe9.example'], invalid],
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
  expect(await upgradeStatus(...headers)).toBe(400);
});
