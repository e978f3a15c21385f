import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.js';

/** RFC 3986, 3.2: a name, an IPv4 address or a bracketed IPv6 address, and a port. */
const AUTHORITY = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/** Of a request in absolute form, as it is sent to a proxy. */
const ABSOLUTE_URL = /^https?:\/\/([^/?#]*)/i;

/**
 * Requires one valid header Host (RFC 9112, 3.2): of two, a proxy may read another one than the gateway. The host of an
 * absolute URL replaces it. HTTP/1.0 may have none: the address that the client connected to takes its place, so that
 * links are absolute.
 * @throws DomainError INVALID_INPUT
 */
export function requireHost({ url = '', headers, rawHeaders, httpVersion, socket }: IncomingMessage): void {
  if (rawHeaders.filter(isHostName).length > 1) {
    throw new DomainError('INVALID_INPUT', 'The header Host must be sent once.');
  }
  if (!headers.host) {
    if (httpVersion !== '1.0') throw new DomainError('INVALID_INPUT', 'The header Host is required.');
    headers.host = localAddress(socket);
  }
  if (!url.startsWith('/')) headers.host = ABSOLUTE_URL.exec(url)?.[1] ?? headers.host;
  if (!AUTHORITY.test(headers.host)) {
    throw new DomainError('INVALID_INPUT', 'The header Host must be a host with an optional port.');
  }
}

/** Names and values alternate. */
const isHostName = (text: string, index: number): boolean =>
  index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host';

function localAddress({ localAddress = '', localPort }: IncomingMessage['socket']): string {
  // IPv4 over a socket that listens on IPv6.
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}
