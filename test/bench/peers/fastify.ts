/** Fastify with a single route that sends given bytes, without a log. */
import { fastify } from 'fastify';
import type { Recorded } from '../support/load/recorded.ts';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';

export async function start({ path, status, headers, body }: Recorded & { path: string }): Promise<Peer> {
  const app = fastify();
  app.post(path, (_request, reply) => {
    reply.code(status).headers(headers).send(body);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: addressOf(app.server) };
}
