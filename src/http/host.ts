import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.js';

/**
 * Requires one header Host (RFC 9112, 3.2): of two, a proxy may read another one than the gateway. HTTP/1.0 may have
 * none: the address that the client connected to takes its place, so that links are absolute.
 * @throws DomainError INVALID_INPUT
 */
export function requireHost({ headers, rawHeaders, httpVersion, socket }: IncomingMessage): void {
  if (rawHeaders.filter(isHostName).length > 1) {
    throw new DomainError('INVALID_INPUT', 'The header Host must be sent once.');
  }
  if (headers.host) return;
  if (httpVersion !== '1.0') throw new DomainError('INVALID_INPUT', 'The header Host is required.');
  headers.host = localAddress(socket);
}

/** Names and values alternate. */
const isHostName = (text: string, index: number): boolean =>
  index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host';

function localAddress({ localAddress = '', localPort }: IncomingMessage['socket']): string {
  // IPv4 over a socket that listens on IPv6.
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}
