/**
 * `node:http` that sends given bytes to every request: what no gateway on Node can be faster than. It reads the body,
 * and nothing else.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Recorded } from '../support/load/recorded.ts';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';

export async function start({ status, headers, body }: Recorded): Promise<Peer> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(status, headers);
      response.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: addressOf(server) };
}
