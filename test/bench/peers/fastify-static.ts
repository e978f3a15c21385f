/** @fastify/static on Fastify, without a log, for the files of a folder. */
import fastifyStatic from '@fastify/static';
import { fastify } from 'fastify';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';

export async function start({ folder }: { folder: string }): Promise<Peer> {
  const app = fastify();
  await app.register(fastifyStatic, { root: folder, index: false, cacheControl: false });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { url: addressOf(app.server) };
}
