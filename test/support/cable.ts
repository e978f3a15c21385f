import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The page tries a lost link again after ten seconds at the latest, and a busy machine takes its time. */
export const untilBack = { timeout: 30_000 };

/** A way to a gateway that can be cut, as networks are. */
export interface Cable {
  /** `host:port` of this end. */
  readonly host: string;
  /** Every connection breaks, and no new one comes about. */
  cut(): void;
  /** @param host of another gateway that is at the other end by now. */
  restore(host?: string): void;
  close(): Promise<void>;
}

/** @param host `host:port` of the other end. */
export async function layCable(host: string): Promise<Cable> {
  let end = host;
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const [hostname, port] = end.split(':');
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {}).on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    // Of a server that listens on TCP, it is never a path.
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    restore: (other = end) => {
      end = other;
      whole = true;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
