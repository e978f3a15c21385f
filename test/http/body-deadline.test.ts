import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { limitBody } from '../../src/http/body-deadline.js';

const LIMIT_MS = 20;

test('a request with a complete body is answered after the deadline, though its body is not read', async () => {
  const server = createServer((request, response) => {
    limitBody(request, LIMIT_MS);
    // After the deadline: timers of one duration fire in their order.
    setTimeout(() => response.end('the answer'), LIMIT_MS);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  // In one write, so that the body is complete before the deadline even on a busy machine.
  socket.write('GET / HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}');
  expect(await text(socket)).toContain('the answer');
  server.close();
});
