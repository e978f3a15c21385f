import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRequest } from '../support/clients/raw-http.js';
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
