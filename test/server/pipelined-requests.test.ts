import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { oneAtATime } from '../../src/server/pipelined-requests.js';
import { eventually } from '../support/eventually.js';

/** Served, and not yet answered. */
let served: ServerResponse[];
let server: Server;
let client: Socket;

beforeEach(async () => {
  served = [];
  server = createServer(
    oneAtATime(
      (_request, response) => served.push(response),
      (response) => response.writeHead(503).end(),
    ),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
});

afterEach(() => {
  client.destroy();
  server.close();
});

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: gateway\r\n\r\n`;
const urls = () => served.map(({ req }) => req.url);

test('serves the requests of a connection one after the other', async () => {
  client.write(get('/1') + get('/2') + get('/3'));
  for (const path of ['/1', '/2', '/3']) {
    await eventually(async () => urls().at(-1) === path);
    expect(served).toHaveLength(Number(path.slice(1)));
    served.at(-1)?.end(path);
  }
});

test('reads a long body of a request that has waited, and the requests after it', async () => {
  const body = 'x'.repeat(1_000_000);
  client.write(`${get('/1')}POST /2 HTTP/1.1\r\nhost: gateway\r\ncontent-length: ${body.length}\r\n\r\n`);
  client.write(body + get('/3'));
  await eventually(async () => served.length === 1);
  served[0]?.end();
  await eventually(async () => served.length === 2);
  const [, second] = served;
  expect(second && (await text(second.req))).toBe(body);
  second?.end();
  await eventually(async () => urls().at(-1) === '/3');
});

test('refuses the next of more than 16 that wait, and closes the connection', async () => {
  const received = buffer(client);
  client.write(get('/1') + get('/2').repeat(17) + get('/3').repeat(100));
  await eventually(async () => served.length === 1);
  served[0]?.end();
  const responses = String(await received).match(/HTTP\/1\.1 \d+|connection: \S+/gi);
  expect(responses).toEqual(['HTTP/1.1 200', 'Connection: keep-alive', 'HTTP/1.1 503', 'Connection: close']);
  expect(urls()).toEqual(['/1']);
});
