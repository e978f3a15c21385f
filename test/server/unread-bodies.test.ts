import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { discardUnreadBodies } from '../../src/server/unread-bodies.js';

const MIB = 1024 * 1024;
const LIMIT = 64 * MIB;
const ENDLESS = 'transfer-encoding: chunked';

let app: FastifyInstance;
let port: number;
/** Requests that the handler has refused. */
let refused: IncomingMessage[];
const sockets: Socket[] = [];

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date'] });
  refused = [];
  app = fastify({ forceCloseConnections: false });
  discardUnreadBodies(app);
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.post('/', async ({ raw }, reply) => {
    refused.push(raw);
    return reply.code(403).send('refused');
  });
  port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterEach(async () => {
  jest.useRealTimers();
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

interface Client {
  readonly socket: Socket;
  /** What it has received so far. */
  answer(): string;
}

/** Sends the head of a request, and waits until its handler has refused it. */
async function sendHead(...headers: string[]): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const chunks: Buffer[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk) => chunks.push(chunk));
  const before = refused.length;
  socket.write(['POST / HTTP/1.1', 'host: gateway', 'content-type: a/b', ...headers, '', ''].join('\r\n'));
  await until(() => refused.length > before);
  return { socket, answer: () => String(Buffer.concat(chunks)) };
}

/** Without timers, which are fake here. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const chunk = (bytes: number) =>
  Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), Buffer.alloc(bytes), CRLF]);
const CRLF = Buffer.from('\r\n');

/** Resolves when the server has read so many bytes of a request. */
async function read(index: number, bytes: number): Promise<void> {
  const { socket } = refused[index] ?? {};
  await until(() => (socket?.bytesRead ?? 0) >= bytes);
}

test('the answer follows the last byte of a refused body', async () => {
  const { socket, answer } = await sendHead(`content-length: ${5 * MIB}`);
  socket.write(Buffer.alloc(5 * MIB - 1));
  await read(0, 5 * MIB - 1);
  expect(answer()).toBe('');
  socket.write('.');
  await until(() => answer().endsWith('refused'));
  expect(answer()).not.toMatch(/connection: close/i);
});

test('a client that pauses is answered, and may go on sending', async () => {
  const { socket, answer } = await sendHead('content-length: 2');
  jest.advanceTimersByTime(1000);
  await until(() => answer().endsWith('refused'));
  socket.write('{}POST / HTTP/1.1\r\nhost: gateway\r\ncontent-length: 0\r\n\r\n');
  await until(() => answer().match(/refused/g)?.length === 2);
});

test('a body that is announced to be over 64 MiB is answered at once', async () => {
  const { answer } = await sendHead(`content-length: ${LIMIT + 1}`);
  await until(() => answer().endsWith('refused'));
});

test('a connection is closed with the answer once the client has sent 64 MiB', async () => {
  const { socket, answer } = await sendHead(ENDLESS);
  socket.write(chunk(LIMIT));
  await read(0, LIMIT);
  expect(answer()).toBe('');
  socket.write(chunk(1));
  await until(() => socket.destroyed);
  expect(answer()).toMatch(/connection: close[\s\S]*refused$/i);
});

test('a connection is closed with the answer after ten seconds', async () => {
  const { socket, answer } = await sendHead(ENDLESS);
  for (let bytes = 1; bytes < 20; bytes += 1) {
    socket.write(chunk(1000));
    await read(0, bytes * 1000);
    jest.advanceTimersByTime(500);
  }
  expect(answer()).toBe('');
  socket.write(chunk(1000));
  await read(0, 20_000);
  jest.advanceTimersByTime(500);
  await until(() => socket.destroyed);
  expect(answer()).toMatch(/connection: close[\s\S]*refused$/i);
});

test('the connection of a client that was answered while it paused is closed after ten seconds too', async () => {
  const { socket, answer } = await sendHead(ENDLESS);
  jest.advanceTimersByTime(1000);
  await until(() => answer().endsWith('refused'));
  jest.advanceTimersByTime(9000);
  await until(() => socket.destroyed);
});

test('32 bodies of one address are read at a time; further ones are answered and closed', async () => {
  const clients: Client[] = [];
  for (let count = 0; count < 32; count += 1) clients.push(await sendHead('content-length: 2'));
  const { socket, answer } = await sendHead('content-length: 2');
  await until(() => socket.destroyed);
  expect(answer()).toMatch(/connection: close[\s\S]*refused$/i);

  clients[0]?.socket.write('{}');
  await until(() => clients[0]?.answer().endsWith('refused') ?? false);
  const next = await sendHead('content-length: 2');
  next.socket.write('{}');
  await until(() => next.answer().endsWith('refused'));
  expect(next.answer()).not.toMatch(/connection: close/i);
  expect(clients[1]?.answer()).toBe('');
});

test('a client that disconnects after its answer is not counted any more', async () => {
  for (let count = 0; count < 32; count += 1) {
    const { socket, answer } = await sendHead('content-length: 2');
    jest.advanceTimersByTime(1000);
    await until(() => answer().endsWith('refused'));
    socket.destroy();
    await until(() => refused[count]?.destroyed ?? false);
  }
  const { socket, answer } = await sendHead('content-length: 2');
  socket.write('{}');
  await until(() => answer().endsWith('refused'));
  expect(answer()).not.toMatch(/connection: close/i);
});

test('a server closes after a refused body', async () => {
  const { socket, answer } = await sendHead('content-length: 2');
  socket.end('{}');
  await until(() => answer().endsWith('refused'));
  jest.useRealTimers();
  await app.close();
});
