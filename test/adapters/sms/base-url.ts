import type { Server } from 'node:net';

/** Where a server listens on this machine, e.g. `http://127.0.0.1:40123`. */
export function baseUrl(server: Server, scheme: 'http' | 'https' = 'http'): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return `${scheme}://127.0.0.1:${address.port}`;
}
