import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { callerOf, openSession } from '../callers.js';
import { startGateway } from '../gateway.js';

/** A running gateway for a client library: an administrator who is signed in, with devices of their own. */
export async function startForClients() {
  const gateway = await startGateway();
  const host = await gateway.listen();
  const { id } = await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  const { accessToken } = await openSession(gateway, 'root', graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  const { heartbeats } = gateway.services;
  for (const name of ['one', 'two', 'three', 'four', 'five']) {
    await heartbeats.beat(caller, { clientId: name, name, clientVersion: null });
  }
  await heartbeats.announce();
  return {
    gateway,
    url: `http://${host}/graphql`,
    headers: { authorization: `Bearer ${accessToken}` },
    /** The node id of the administrator: the same number as that of a device. */
    userId: `user_${id}`,
    live: createClient({
      url: `ws://${host}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${accessToken}` },
    }),
    /** Brings a new device of this name online. */
    async bringOnline(name: string): Promise<void> {
      await heartbeats.beat(caller, { clientId: name, name, clientVersion: null });
      await heartbeats.announce();
    },
  };
}

export type ClientGateway = Awaited<ReturnType<typeof startForClients>>;
