import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.js';

/**
 * Requires the header Host of HTTP/1.1 (RFC 9112, 3.2). HTTP/1.0 may have none: the address that the client connected
 * to takes its place, so that links are absolute.
 * @throws DomainError INVALID_INPUT
 */
export function requireHost({ headers, httpVersion, socket }: IncomingMessage): void {
  if (headers.host) return;
  if (httpVersion !== '1.0') throw new DomainError('INVALID_INPUT', 'The header Host is required.');
  headers.host = localAddress(socket);
}

function localAddress({ localAddress = '', localPort }: IncomingMessage['socket']): string {
  // IPv4 over a socket that listens on IPv6.
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}
