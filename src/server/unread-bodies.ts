import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { announcesBody } from '../http/body-deadline.js';
import { addressBucket } from '../rate-limits/address-bucket.js';
import { Cap } from '../rate-limits/cap.js';

/** Limits of what is read after a request was refused. Beyond them the connection is closed. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 10_000;

/** Refused requests of one address whose bodies are read at a time: with MAX_BYTES, at most 2 GiB. */
const MAX_PER_ADDRESS = 32;

/** A client that has sent nothing for this long probably waits for the answer. */
const PAUSE_MS = 1000;

/**
 * Discards the rest of a body that no handler has read, and sends the answer after it: most clients read an answer
 * only once they have sent the whole request, and fail with EPIPE when their connection is closed before.
 * The same as `lingering_close` of nginx.
 */
export function discardUnreadBodies(app: FastifyInstance): void {
  const perAddress = new Cap<string>(MAX_PER_ADDRESS);
  app.addHook('onSend', (request, reply, _payload, answer) => {
    if (isRead(request.raw)) return answer();
    // Fastify closes the connection after a body that it did not parse. Once the header is removed, Node would say nothing
    // of a connection that it closes.
    if (reply.hasHeader('connection')) reply.header('connection', connectionHeader(reply.raw));
    const address = addressBucket(request.ip);
    if (!perAddress.take(address)) {
      reply.header('connection', 'close');
      return answer();
    }
    discardBody(request.raw, reply, answer, () => perAddress.release(address));
  });
}

const connectionHeader = ({ shouldKeepAlive }: ServerResponse): string =>
  shouldKeepAlive ? 'keep-alive' : 'close';

const isRead = (request: IncomingMessage): boolean =>
  request.complete || request.readableEnded || !announcesBody(request);

/**
 * @param answer is called when the body has ended, when the client pauses, and at the limits.
 * @param done is called when nothing more is read.
 */
function discardBody(
  request: IncomingMessage,
  reply: FastifyReply,
  answer: () => void,
  done: () => void,
): void {
  let answered = false;
  const answerOnce = () => {
    if (answered) return;
    answered = true;
    answer();
  };
  const close = () => {
    if (answered) return void request.destroy();
    reply.header('connection', 'close');
    answerOnce();
  };
  // Node does not destroy an answered request when its client disconnects.
  const disconnect = () => request.destroy();
  request.socket.once('close', disconnect);
  const pause = setTimeout(answerOnce, PAUSE_MS).unref();
  const deadline = setTimeout(close, MAX_MS).unref();
  finished(request, { writable: false }, () => {
    request.socket.off('close', disconnect);
    clearTimeout(pause);
    clearTimeout(deadline);
    answerOnce();
    done();
  });
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    pause.refresh();
    bytes += chunk.length;
    if (bytes > MAX_BYTES) close();
  });
  // A longer body is not read to its end, so waiting for it is useless.
  if (Number(request.headers['content-length']) > MAX_BYTES) answerOnce();
  request.unpipe();
  request.resume();
}
