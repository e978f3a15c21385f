import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** For waits until the page has reconnected: it retries after at most ten seconds, plus time on a busy machine. */
export const untilReconnected = { timeout: 30_000 };

/** A TCP proxy that simulates network outages. */
export interface TcpProxy {
  /** `host:port` that the proxy listens on. */
  readonly host: string;
  /** Breaks all connections and refuses new ones. */
  disconnect(): void;
  /** Keeps connections open, and accepts new ones, but forwards nothing. */
  stall(): void;
  /** Forwards what was held back. */
  resume(): void;
  /** Forwards the next data of a client that contains this text, and breaks the connection before the answer. */
  breakAfter(text: string): void;
  /** Accepts connections again. @param target replaces the previous target, as `host:port`. */
  reconnect(target?: string): void;
  close(): Promise<void>;
}

/** @param target `host:port` to forward connections to. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  let currentTarget = target;
  let connected = true;
  let stalled = false;
  let breakingText: string | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (!connected) {
      client.destroy();
      return;
    }
    const [hostname, port] = currentTarget.split(':');
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket));
    }
    forward(client, upstream);
    forward(upstream, client);
    client.on('data', (chunk) => {
      if (breakingText === null || !chunk.includes(breakingText)) return;
      breakingText = null;
      client.destroy();
      upstream.end();
    });
  });
  const forward = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => to.write(chunk)).on('end', () => to.end());
    if (stalled) from.pause();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const disconnect = () => {
    connected = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    // The address of a TCP server is never a string.
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    disconnect,
    stall: () => {
      stalled = true;
      for (const socket of sockets) socket.pause();
    },
    breakAfter: (text) => {
      breakingText = text;
    },
    resume: () => {
      stalled = false;
      for (const socket of sockets) socket.resume();
    },
    reconnect: (newTarget = currentTarget) => {
      currentTarget = newTarget;
      connected = true;
    },
    close: async () => {
      disconnect();
      server.close();
      await once(server, 'close');
    },
  };
}
