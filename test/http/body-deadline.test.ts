import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { limitBody } from '../../src/http/body-deadline.js';

const LONGEST_MS = 20;

test('a body that is whole is not cut, though nobody reads it and the answer takes longer', async () => {
  const server = createServer((request, response) => {
    limitBody(request, LONGEST_MS);
    // Behind the deadline: timers of one length fire in their order.
    setTimeout(() => response.end('the answer'), LONGEST_MS);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  // All at once, so that the whole body is there however long the first turn takes.
  socket.write('GET / HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}');
  expect(await text(socket)).toContain('the answer');
  server.close();
});
