import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { StartError } from '../errors.js';

/**
 * Sockets that listen on a port. In a turn of the event loop, Node accepts one connection of each: with one socket, a
 * busy gateway would keep new connections waiting for seconds. Only Linux divides connections evenly.
 */
const SOCKETS = process.platform === 'linux' ? 8 : 1;

/**
 * Connections that each socket lets wait, within the limit of the system. A client beyond it tries again after seconds,
 * and Node's default of 511 is less than a fleet that reconnects.
 */
const BACKLOG = 4096;

/**
 * Lets the HTTP server listen on a port, over several sockets.
 * @param port 0 picks a free one.
 * @returns the port, and the servers that accept connections, which each close when their connections have closed.
 * @throws StartError when the port is in use or not permitted.
 */
export async function accept(
  server: Server,
  host: string,
  port: number,
): Promise<{ readonly port: number; readonly acceptors: readonly Server[] }> {
  const pass = (socket: Socket) => server.emit('connection', socket);
  // The options of Node's HTTP server.
  const others = Array.from({ length: SOCKETS - 1 }, () =>
    createServer({ allowHalfOpen: true, noDelay: true }, pass),
  );
  const acceptors = [server, ...others];
  const reusePort = others.length > 0;
  try {
    // Sockets that share a port with each other would share it with another gateway, too.
    if (reusePort && port !== 0) await requireFree(host, port);
    let bound = port;
    for (const acceptor of acceptors) bound = await listen(acceptor, host, bound, reusePort);
    return { port: bound, acceptors };
  } catch (error) {
    for (const acceptor of acceptors) acceptor.close();
    throw listenError(error, 'PORTS', host, port);
  }
}

/**
 * Lets a server listen on a port, over one socket.
 * @param setting that names the port. Port 0 is a free one.
 * @returns the port.
 * @throws StartError when the port is in use or not permitted.
 */
export async function listenOn(server: Server, setting: string, host: string, port: number): Promise<number> {
  try {
    return await listen(server, host, port);
  } catch (error) {
    throw listenError(error, setting, host, port);
  }
}

async function requireFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, host, port);
  probe.close();
  await once(probe, 'close');
}

/** @returns the port. */
async function listen(server: Server, host: string, port: number, reusePort = false): Promise<number> {
  server.listen({ host, port, backlog: BACKLOG, reusePort });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
  return address.port;
}

function listenError(error: unknown, setting: string, host: string, port: number): unknown {
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} on ${host} is in use: stop the program that uses it, or set ${setting} to another port.`,
    );
  }
  return new StartError(`Cannot listen on port ${port} of ${host}: ${error.message}.`);
}
