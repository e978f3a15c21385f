import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { Config } from '../config.js';

/** The base of absolute links, without a trailing slash: PUBLIC_URL, or else as the client addressed the gateway. */
export const publicUrl = (
  { PUBLIC_URL }: Config,
  { protocol, host }: { readonly protocol: string; readonly host: string },
): string => PUBLIC_URL ?? `${protocol}://${host}`;

/** Addresses that `localhost` reaches, too. */
const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '0.0.0.0', '::']);

/** The URL of a port that the gateway listens on: by name where it can be, since passkeys belong to names. */
export const listenedUrl = (host: string, port: number): string =>
  `http://${LOCAL.has(host) ? 'localhost' : bracketed(host)}:${port}`;

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** As `publicUrl`, for a WebSocket's upgrade request, whose protocol and host are found behind trusted proxies like Fastify's. */
export function socketPublicUrl(config: Config): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile(config.TRUST_PROXY);
  return ({ socket, headers }) => {
    const forwarded = trusted(socket.remoteAddress ?? '', 0) ? headers : {};
    return publicUrl(config, {
      protocol: lastValue(forwarded['x-forwarded-proto']) ?? 'http',
      host: lastValue(forwarded['x-forwarded-host']) ?? headers.host ?? '',
    });
  };
}

/** The value that the nearest proxy has written. */
const lastValue = (header: string | string[] | undefined): string | undefined =>
  header?.toString().split(',').at(-1)?.trim();
