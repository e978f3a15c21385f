import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { closes } from '../../../src/graphql/sockets/close-codes.js';
import { connect } from '../../support/clients/live.js';

const server = createServer();
const sockets = new WebSocketServer({ server, handleProtocols });
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  sockets.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.each(Object.entries(closes))(
  'a stock client does what the table says about %s',
  async (_name, { code, reason, reconnect }) => {
    let connections = 0;
    sockets.removeAllListeners('connection').on('connection', (socket) => {
      connections += 1;
      socket.on('message', () => socket.close(code, reason));
    });
    const { port } = server.address() as AddressInfo;
    const client = connect(`127.0.0.1:${port}`, undefined, { retryAttempts: 1, retryWait: async () => {} });
    await new Promise((resolve) => {
      client.subscribe({ query: '{ __typename }' }, { next() {}, error: resolve, complete() {} });
    });
    expect(connections).toBe(reconnect ? 2 : 1);
    await client.dispose();
  },
);
