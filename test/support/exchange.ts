import { buffer } from 'node:stream/consumers';
import { openRequest } from './raw-request.js';

/** What came back, undecoded. */
export interface RawAnswer {
  readonly status: number;
  /** Of the content; empty when none is named. */
  readonly type: string;
  readonly head: string;
  readonly body: string;
}

/** One request byte for byte, on a connection of its own, and all that comes back. */
export async function exchange(
  host: string,
  requestLine: string,
  headers: readonly string[],
  body: Buffer,
): Promise<RawAnswer> {
  const length = `content-length: ${body.length}`;
  const socket = await openRequest(host, [requestLine, ...headers, 'connection: close', length]);
  socket.write(body);
  const received = await buffer(socket);
  const continued = /^HTTP\/1\.1 100 Continue\r\n\r\n/.exec(received.toString('latin1', 0, 100));
  const answer = received.subarray(continued?.[0].length ?? 0);
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, end).toString('latin1');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]),
    type: /^content-type: *([^;\r]*)/im.exec(head)?.[1] ?? '',
    head,
    body: answer.subarray(end + 4).toString('utf8'),
  };
}
