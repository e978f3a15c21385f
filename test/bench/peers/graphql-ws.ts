/** graphql-ws with graphql-js, as its manual says: each event is executed for each subscriber. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Repeater } from '@repeaterjs/repeater';
import { buildSchema } from 'graphql';
import { useServer as serve } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';
import { alternating, type StatusEvent, snapshot } from '../support/servers/live-peer.ts';
import { typeDefs } from './resolvers.ts';

export async function start(): Promise<Peer> {
  const schema = buildSchema(typeDefs);
  const pushes = new Set<(value: { deviceStatus: StatusEvent }) => unknown>();
  const field = schema.getSubscriptionType()?.getFields().deviceStatus;
  if (field) {
    field.subscribe = () =>
      new Repeater(async (push, stop) => {
        pushes.add(push);
        push({ deviceStatus: snapshot });
        await stop;
        pushes.delete(push);
      });
  }
  const server = createServer();
  serve({ schema }, new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: addressOf(server),
    answers: alternating((deviceStatus) => {
      for (const push of pushes) push({ deviceStatus });
    }),
  };
}
