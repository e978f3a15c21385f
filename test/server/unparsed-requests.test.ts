import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dialects } from '../../src/legacy/index.js';
import { uploadForm } from '../support/clients/multipart.js';
import { type RawResponse, sendRaw } from '../support/clients/raw-http.js';
import type { TestGateway } from '../support/gateway.js';
import { inventory, nothing, startPublishing, UPLOAD } from '../support/releases.js';

let gateway: TestGateway;
let publisher: string;
let host: string;
beforeAll(async () => {
  ({ gateway, publisher } = await startPublishing());
  host = await gateway.listen();
});
afterAll(() => gateway.close());

/** Sends chunks of bytes on one connection, each in a packet of its own. @returns the responses. */
async function exchange(...chunks: readonly string[]): Promise<string[]> {
  const [name, port] = host.split(':');
  const socket = connect({ host: name ?? '', port: Number(port), noDelay: true });
  socket.on('error', () => {});
  const received = buffer(socket);
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return String(await received).split(/(?=HTTP\/1\.1 )/);
}

const statusOf = (response: string) => Number(response.split(' ')[1]);
const bodyOf = (response: string | undefined) => response?.split('\r\n\r\n')[1];

const failures = dialects.flatMap((dialect) =>
  Object.keys({ ...dialect.routes, ...dialect.uploads }).map((path) => {
    const { status, body } = dialect.fail('INVALID_INPUT', new Error());
    return { path, status, body };
  }),
);
/** `sendRaw` writes a byte for each character. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1');
const send = (line: string, ...headers: string[]) => sendRaw(host, line, headers, Buffer.from('{}'));
const parsed = ({ status, body }: RawResponse) => ({ status, body: JSON.parse(body) });

describe.each(failures)('$path answers in its envelope', ({ path, status, body }) => {
  test.each([
    ['raw UTF-8 in the query', `POST ${path}?name=${utf8('李强')} HTTP/1.1`],
    ['raw UTF-8 in the query of an absolute URL', `POST http://gateway${path}?name=${utf8('李强')} HTTP/1.1`],
    ['raw UTF-8 in the query over HTTP/1.0', `POST ${path}?name=${utf8('李强')} HTTP/1.0`],
    ['raw GBK in the query', `POST ${path}?name=\xc0\xee HTTP/1.1`],
    ['a space in the query', `GET ${path}?name=a b HTTP/1.1`],
    ['a tab in the query', `POST ${path}?name=a\tb HTTP/1.1`],
    ['an unknown version of HTTP', `POST ${path} HTTP/1.7`],
    ['an unknown method', `FROBNICATE ${path} HTTP/1.1`],
  ])('to %s', async (_what, line) => {
    expect(parsed(await send(line))).toEqual({ status, body });
  });

  test.each([
    ['two lengths', 'content-length: 1'],
    ['a length and chunks', 'transfer-encoding: chunked'],
    ['a folded header', 'token: a\r\n b'],
    ['a control character in a header', 'token: a\u0001b'],
    ['a header without a name', ': a'],
  ])('to %s', async (_what, header) => {
    expect(parsed(await send(`POST ${path} HTTP/1.1`, header))).toEqual({ status, body });
  });
});

const firstPaths = dialects.map((dialect) => {
  const [path = ''] = Object.keys({ ...dialect.routes, ...dialect.uploads });
  return [path, dialect] as const;
});

test.each(firstPaths)(
  'refuses requests to %s in its envelope once too many wait on a connection, and serves others',
  async (path, dialect) => {
    const request = `POST ${path} HTTP/1.1\r\nhost: gateway\r\ncontent-length: 0\r\n\r\n`;
    const responses = await exchange(request.repeat(50));
    const { status, body } = dialect.fail('UNAVAILABLE', new Error());
    expect(responses).toHaveLength(2);
    expect(responses[1]).toMatch(/\r\nretry-after: 5\r\n/i);
    expect(responses[1]).toMatch(/\r\nconnection: close\r\n/i);
    expect(statusOf(responses[1] ?? '')).toBe(status);
    expect(JSON.parse(bodyOf(responses[1]) ?? '')).toEqual(body);
    expect(await exchange(request.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))).toHaveLength(1);
  },
);

test('refuses GraphQL operations with UNAVAILABLE once too many wait on a connection', async () => {
  const request = 'POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-length: 0\r\n\r\n';
  const [, refused = ''] = await exchange(request.repeat(50));
  expect(statusOf(refused)).toBe(503);
  expect(JSON.parse(bodyOf(refused) ?? '').errors).toMatchObject([
    { extensions: { code: 'UNAVAILABLE', retryAfter: 5 } },
  ]);
});

describe('a chunk without a size', () => {
  const requestOf = (path: string, ...headers: string[]) =>
    [`POST ${path} HTTP/1.1`, 'host: gateway', ...headers, 'transfer-encoding: chunked', '', ''].join('\r\n');
  const bodies = [['5\r\n{"a":\r\nzz\r\n'], ['5\r\n{"a":\r\n', 'zz\r\n']];
  const readers = failures.filter(
    ({ path }) => !['/api/heart/check', '/api/upgrade/checkVersion', UPLOAD].includes(path),
  );

  test.each(readers)('is refused in the envelope of $path', async ({ path, status, body }) => {
    for (const chunks of bodies) {
      const [response = ''] = await exchange(requestOf(path), ...chunks);
      expect([statusOf(response), JSON.parse(bodyOf(response) ?? '')]).toEqual([status, body]);
    }
  });

  test('is refused by GraphQL', async () => {
    const json = 'content-type: application/json';
    const [response] = await exchange(requestOf('/graphql', json), ...(bodies[1] ?? []));
    expect(bodyOf(response)).toContain('"code":"INVALID_INPUT"');
  });

  test('does not matter to a path without parameters', async () => {
    const headers = ['content-type: application/json', `authorization: ${publisher}`];
    const [response = ''] = await exchange(requestOf('/api/heart/check', ...headers), ...(bodies[1] ?? []));
    expect([statusOf(response), /^connection: close\r$/im.test(response)]).toEqual([201, true]);
  });

  test('ends an upload, which leaves nothing behind', async () => {
    const { payload, headers } = uploadForm([
      ['version', '1'],
      ['file', { fileName: 'app.zip', content: 'a package' }],
    ]);
    const part = payload.toString('latin1', 0, payload.length - 10);
    const head = requestOf(UPLOAD, `authorization: ${publisher}`, `content-type: ${headers['content-type']}`);
    const [response = ''] = await exchange(head, `${part.length.toString(16)}\r\n${part}\r\n`, 'zz\r\n');
    expect([statusOf(response), bodyOf(response)]).toEqual([400, expect.stringContaining('"data":null')]);
    expect(await inventory(gateway)).toEqual(nothing);
  });

  test('is no fault, for the log', () => {
    expect(gateway.logged()).toContain('HPE_INVALID_CHUNK_SIZE');
    expect(gateway.logged()).not.toMatch(/"level":[456]0/);
  });
});

test('headers over the size limit have status 431', async () => {
  const response = await send('GET /health/live HTTP/1.1', `token: ${'x'.repeat(70_000)}`);
  const body = { status: 431, message: 'Request Header Fields Too Large' };
  expect(parsed(response)).toEqual({ status: 431, body });
});

test('GraphQL answers raw UTF-8 in its URL with an error that says what to do', async () => {
  const response = await send(utf8('GET /graphql?query={user(name:"李")} HTTP/1.1'));
  const message = 'The URL must be percent-encoded.';
  expect(parsed(response)).toEqual({
    status: 400,
    body: { errors: [{ message, extensions: { code: 'INVALID_INPUT' } }] },
  });
});

test.each([
  ['below /api', '/api/用户', { data: null, meta: { msg: expect.stringMatching(/^请求的/), status: 400 } }],
  ['elsewhere', '/用户', { status: 400, message: 'Bad Request' }],
])('raw UTF-8 in a path %s is refused', async (_where, path, body) => {
  expect(parsed(await send(utf8(`GET ${path} HTTP/1.1`)))).toEqual({ status: 400, body });
});

test.each([
  ['no protocol', 'hello\r\n\r\n'],
  ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ['an unfinished head', 'POST /sys/login-phone'],
])('%s gets the answer of no API', async (_what, bytes) => {
  const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
  socket.end(bytes);
  expect(bodyOf(String(await buffer(socket)))).toBe('{"status":400,"message":"Bad Request"}');
});

test('the response has the security headers, may be read by any origin, and ends the connection', async () => {
  const { head } = await send(utf8('POST /api/user/login?name=李 HTTP/1.1'));
  for (const line of [
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    'access-control-allow-origin: *',
    'access-control-expose-headers: Retry-After, ETag, Content-Range, Accept-Ranges, Content-Disposition',
    'content-type: application/json; charset=utf-8',
    'connection: close',
  ]) {
    expect(head.toLowerCase().split('\r\n')).toContain(line.toLowerCase());
  }
});

test('a HEAD request gets no body', async () => {
  const response = await send(utf8('HEAD /api/user/login?name=李 HTTP/1.1'));
  expect([response.status, response.body]).toEqual([200, '']);
});

describe('on a connection with other requests', () => {
  const good = 'POST /api/background_login HTTP/1.1\r\nhost: gateway\r\ncontent-length: 2\r\n\r\n{}';
  const bad = 'POST /api/user/login?name=李 HTTP/1.1\r\nhost: gateway\r\ncontent-length: 0\r\n\r\n';
  const answers = [expect.stringContaining('"code":1'), expect.stringContaining('"code":200002')];

  test('the answer follows those of the requests before it', async () => {
    for (const chunks of [[good, bad], [good + bad]]) {
      expect((await exchange(...chunks)).map(bodyOf)).toEqual(answers);
    }
    expect((await exchange(good + good + bad)).map(bodyOf)).toEqual([answers[0], ...answers]);
  });

  test('nothing is read after it', async () => {
    expect((await exchange(bad + good)).map(bodyOf)).toEqual([answers[1]]);
  });
});

test('the log names neither the URL nor the headers', async () => {
  await send(utf8('POST /api/user/login?password=李secret HTTP/1.1'), 'token: secret');
  expect(gateway.logged()).toContain('HPE_INVALID_URL');
  expect(gateway.logged()).not.toContain('secret');
});
