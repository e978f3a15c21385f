import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A response as it arrived. */
export interface RawResponse {
  readonly status: number;
  /** The media type without its parameters; empty when there is no Content-Type. */
  readonly type: string;
  readonly head: string;
  readonly body: string;
}

/**
 * Opens a connection and sends the head of a request, one byte for each character; the caller writes the body, or
 * stops halfway.
 */
export async function openRequest(host: string, lines: readonly string[]): Promise<Socket> {
  const [name, port] = host.split(':');
  const socket = connect(Number(port), name);
  // The server may reset a connection that the test abandoned.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`${[...lines, `host: ${host}`].join('\r\n')}\r\n\r\n`, 'latin1');
  return socket;
}

/** Sends one request byte for byte, on a connection of its own. */
export async function sendRaw(
  host: string,
  requestLine: string,
  headers: readonly string[],
  body: Buffer,
): Promise<RawResponse> {
  const length = `content-length: ${body.length}`;
  const socket = await openRequest(host, [requestLine, ...headers, 'connection: close', length]);
  socket.write(body);
  const received = await buffer(socket);
  const continued = /^HTTP\/1\.1 100 Continue\r\n\r\n/.exec(received.toString('latin1', 0, 100));
  const response = received.subarray(continued?.[0].length ?? 0);
  const end = response.indexOf('\r\n\r\n');
  const head = response.subarray(0, end).toString('latin1');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]),
    type: /^content-type: *([^;\r]*)/im.exec(head)?.[1] ?? '',
    head,
    body: response.subarray(end + 4).toString('utf8'),
  };
}
