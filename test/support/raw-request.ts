import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

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

const POLL_MS = 20;
/** Far beyond what anything takes on a busy machine, and below the time limit of a test. */
const LONGEST_MS = 45_000;

/** Resolves once it holds; polled, since nothing tells when a server has noticed. Leaves the processor to what it waits for. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + LONGEST_MS; !(await holds()); await setTimeout(POLL_MS)) {
    if (performance.now() > end) throw new Error(`It did not come to hold in ${LONGEST_MS} ms.`);
  }
}
