import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openRequest, sendRaw } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const BODY = Buffer.from(JSON.stringify({ query: 'x'.repeat(5_000_000) }));

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
});
afterAll(() => gateway.close());

test.each([
  ['/graphql', 413, 'TOO_LARGE'],
  ['/api/background_login', 200, '"code":1'],
  ['/validate/code/', 200, '"success":false'],
  ['/sys/login-phone', 200, '"ok":false'],
  ['/api/user/sendCode', 400, '"status":400'],
  ['/api/user/login', 200, '"code":200002'],
  ['/nothing', 413, 'Payload Too Large'],
])(
  'a client that reads after it has sent 5 MB to %s reads why they are refused',
  async (path, status, answer) => {
    const socket = await openRequest(host, [
      `POST ${path} HTTP/1.1`,
      'content-type: application/json',
      `content-length: ${BODY.length}`,
      'connection: close',
    ]);
    await new Promise<void>((resolve) => socket.write(BODY, () => resolve()));
    const response = await text(socket);
    expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(response).toContain(answer);
  },
);

describe('while 16 MiB of an address are arriving', () => {
  let slow: Socket[];
  beforeAll(async () => {
    slow = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const socket = await openRequest(host, [...head('/graphql'), 'expect: 100-continue']);
        // The gateway has counted the body then.
        await once(socket, 'data');
        return socket;
      }),
    );
  });
  afterAll(() => {
    for (const socket of slow) socket.destroy();
  });

  const head = (path: string) => [`POST ${path} HTTP/1.1`, `content-length: ${1024 ** 2}`];

  test.each([
    ['/graphql', 503, '"code":"UNAVAILABLE","retryAfter":5'],
    ['/api/background_login', 200, '"code":1'],
    ['/validate/code/', 200, '"success":false'],
    ['/sys/login-phone', 200, '"ok":false'],
    ['/api/user/sendCode', 500, '"status":500'],
    ['/api/user/login', 200, '"code":200014'],
    ['/nothing', 503, 'Service Unavailable'],
  ])('another large body to %s is refused, with the time to wait', async (path, status, answer) => {
    const response = await text(await openRequest(host, head(path)));
    expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(response).toMatch(/\r\nretry-after: 5\r\n/i);
    expect(response).toContain(answer);
  });

  test('a small body is answered', async () => {
    const { status } = await sendRaw(host, 'POST /api/upgrade/checkVersion HTTP/1.1', [], Buffer.from('{}'));
    expect(status).toBe(404);
  });
});
