import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A request as bytes on a socket, for clients that stop half-way. */
export async function openRequest(host: string, lines: readonly string[]): Promise<Socket> {
  const [name, port] = host.split(':');
  const socket = connect(Number(port), name);
  // What is left of a connection that was cut is nobody's concern.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`${[...lines, `host: ${host}`].join('\r\n')}\r\n\r\n`);
  return socket;
}

/** Resolves once it holds; polled, since nothing tells when a server has noticed. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error('It did not come to hold in ten seconds.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
