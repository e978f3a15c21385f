/** Only `ws`, with a frame of its own for each subscriber. It speaks as much of graphql-transport-ws as clients need. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';
import { alternating, snapshot } from '../support/servers/live-peer.ts';

export async function start(): Promise<Peer> {
  const subscribers: { socket: WebSocket; prefix: string }[] = [];
  const server = createServer();
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) =>
    socket.on('message', (data) => {
      const { type, id }: { type: string; id?: string } = JSON.parse(String(data));
      if (type === 'connection_init') return socket.send('{"type":"connection_ack"}');
      const prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
      subscribers.push({ socket, prefix });
      socket.send(`${prefix}${JSON.stringify({ data: { deviceStatus: snapshot } })}}`);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: addressOf(server),
    answers: alternating((deviceStatus) => {
      const payload = JSON.stringify({ data: { deviceStatus } });
      for (const { socket, prefix } of subscribers) socket.send(`${prefix}${payload}}`);
    }),
  };
}
