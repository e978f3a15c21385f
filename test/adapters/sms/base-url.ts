import type { Server } from 'node:net';

/** The URL of a server on this machine, such as `http://127.0.0.1:40123`. */
export function baseUrl(server: Server, scheme: 'http' | 'https' = 'http'): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.');
  return `${scheme}://127.0.0.1:${address.port}`;
}
