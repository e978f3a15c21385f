import { once } from 'node:events';
import WebSocket from 'ws';

export const PROTOCOL = 'graphql-transport-ws';

/** A message of the protocol, as it came. */
export type Message = { readonly id?: string; readonly type: string; readonly payload?: unknown };

/** A WebSocket that sends whatever the test says. */
export interface RawSocket {
  readonly socket: WebSocket;
  send(message: unknown): void;
  /** The next message. @throws when the socket is closed instead. */
  next(): Promise<Message>;
  /** The code with which the server closes it. */
  readonly closed: Promise<number>;
}

export async function openSocket(host: string, protocol: string[] = [PROTOCOL]): Promise<RawSocket> {
  const socket = new WebSocket(`ws://${host}/graphql`, protocol);
  const messages: Message[] = [];
  let waiting: (() => void) | null = null;
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    waiting?.();
  });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => {
      resolve(code);
      waiting?.();
    });
  });
  // What is left of a connection that was cut is nobody's concern.
  socket.on('error', () => {});
  await once(socket, 'open');
  return {
    socket,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    async next() {
      while (messages.length === 0) {
        if (socket.readyState === socket.CLOSED) throw new Error(`The socket is closed: ${await closed}.`);
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      }
      const message = messages.shift();
      if (!message) throw new Error('There is no message.');
      return message;
    },
  };
}

/** A socket that has introduced itself, as nobody or with a token. */
export async function openInitialised(host: string, token?: string): Promise<RawSocket> {
  const raw = await openSocket(host);
  raw.send({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} });
  const { type } = await raw.next();
  if (type !== 'connection_ack') throw new Error(`Expected an acknowledgement, got ${type}.`);
  return raw;
}
