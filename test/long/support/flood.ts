/**
 * A process that floods a gateway until SIGTERM, and then prints how often it got each status. Its arguments are a
 * kind of `floods`, `host:port` of the gateway, and an access token.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';

const [kind = '', host = '', token = ''] = process.argv.slice(2);
const [hostname = '', port = ''] = host.split(':');
const statuses: Record<string, number> = {};
const count = (status: string) => {
  statuses[status] = (statuses[status] ?? 0) + 1;
};

const ME = '{ me { id } }';
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';

/** @param address a number that stands for an address. */
function request(path: string, address: number, body: object, authorization = ''): string {
  const content = JSON.stringify(body);
  return [
    `POST ${path} HTTP/1.1`,
    `host: ${host}`,
    `x-forwarded-for: 10.0.${address >> 8}.${address & 255}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(content)}`,
    ...(authorization ? [`authorization: ${authorization}`] : []),
    '',
    content,
  ].join('\r\n');
}

/** Sends requests on a connection, and again once all are answered or it has closed. */
function repeat(requests: string, number: number): void {
  const socket: Socket = connect(Number(port), hostname);
  let left = number;
  const send = () => {
    left = number;
    socket.write(requests);
  };
  socket.once('connect', send);
  socket.on('data', (data) => {
    const answers = String(data).match(/(?<=HTTP\/1\.1 )\d+/g) ?? [];
    answers.forEach(count);
    left -= answers.length;
    if (left <= 0) send();
  });
  socket.on('error', () => {});
  socket.on('close', async () => {
    await setTimeout(20);
    repeat(requests, number);
  });
}

/** Begins an upload, and sends no more of it. */
function holdUpload(): void {
  const socket = connect(Number(port), hostname);
  const boundary = 'multipart/form-data; boundary=x';
  const head = `POST /api/upgrade/upload HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${token}\r\n`;
  socket.write(`${head}content-type: ${boundary}\r\ncontent-length: 100000000\r\n\r\n--x\r\n`);
  socket.on('data', (data) => count(/\d+/.exec(String(data).slice(9))?.[0] ?? ''));
  socket.on('error', () => {});
  socket.on('close', async () => {
    await setTimeout(100);
    holdUpload();
  });
}

/** Sends small messages as fast as the gateway reads them. */
function sendMessages(): void {
  const socket = new WebSocket(`ws://${host}/graphql`, 'graphql-transport-ws');
  const payload = { query: ME };
  socket.on('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: token } }));
  });
  socket.once('message', async () => {
    for (let id = 0; socket.readyState === socket.OPEN; id++) {
      socket.send('{"type":"ping"}');
      socket.send(JSON.stringify({ id: `${id}`, type: 'subscribe', payload }));
      if (socket.bufferedAmount > 1_000_000) await setTimeout(5);
    }
  });
  socket.on('error', () => {});
  socket.on('close', sendMessages);
}

const floods: Record<string, { readonly connections: number; readonly start: (index: number) => void }> = {
  operations: {
    connections: 2000,
    start: (index) => repeat(request('/graphql', index, { query: ME }, token), 1),
  },
  pipelining: {
    connections: 500,
    start: (index) => repeat(request('/graphql', index, { query: ME }, token).repeat(100), 100),
  },
  logins: {
    connections: 1000,
    start(index) {
      const input = { username: `stranger ${index}`, password: 'wrong password' };
      repeat(request('/graphql', index, { query: LOGIN, variables: { input } }), 1);
    },
  },
  captchas: {
    connections: 500,
    start: (index) =>
      repeat(request('/validate/code/', index, { type: 'image', deviceId: `device ${index}` }), 1),
  },
  uploads: { connections: 500, start: holdUpload },
  messages: { connections: 20, start: sendMessages },
};

const flood = floods[kind];
for (let index = 0; index < (flood?.connections ?? 0); index++) flood?.start(index);
process.on('SIGTERM', () => {
  process.stdout.write(JSON.stringify(statuses), () => process.exit());
});
