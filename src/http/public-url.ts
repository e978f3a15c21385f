import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '../config.js';

/** Base of absolute links in answers, without a trailing slash: as configured, else as the client called us. */
export const publicUrl = (
  { PUBLIC_URL }: Config,
  { protocol, host }: { readonly protocol: string; readonly host: string },
): string => PUBLIC_URL ?? `${protocol}://${host}`;

/** The same for the request that opens a WebSocket: protocol and host past the proxies that we trust, as Fastify finds them. */
export function socketPublicUrl(config: Config): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile(config.TRUST_PROXY);
  return ({ socket, headers }) => {
    const forwarded = trusted(socket.remoteAddress ?? '', 0) ? headers : {};
    return publicUrl(config, {
      protocol: lastOf(forwarded['x-forwarded-proto']) ?? 'http',
      host: lastOf(forwarded['x-forwarded-host']) ?? headers.host ?? '',
    });
  };
}

/** What the nearest proxy wrote. */
const lastOf = (header: string | string[] | undefined): string | undefined =>
  header?.toString().split(',').at(-1)?.trim();
